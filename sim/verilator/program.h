// What the programs that run a model share: they end when they are asked to, and take words "name=value".
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>
#include <map>
#include <stdexcept>
#include <string>

static volatile sig_atomic_t isAsked = 0;

// A model that does not return, or a client that holds the process up, does so for this long at most once it is asked to end.
static constexpr unsigned LAST_SECONDS = 5;

static void onSignal(int) {
  if (isAsked == 0) alarm(LAST_SECONDS);
  isAsked = 1;
}

static void handleSignals() {
  struct sigaction action = {};
  action.sa_handler = onSignal;
  // A second one ends the process also when the model never returns.
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (const int each : {SIGTERM, SIGINT, SIGHUP}) sigaction(each, &action, nullptr);
  // The end of a standard input may be signalled more than once.
  action.sa_flags = 0;
  sigaction(SIGIO, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

// The end of the standard input is a signal, also while the model runs.
static void endWithParent() {
  fcntl(STDIN_FILENO, F_SETOWN, getpid());
  fcntl(STDIN_FILENO, F_SETFL, fcntl(STDIN_FILENO, F_GETFL) | O_ASYNC);
}

using Words = std::map<std::string, std::string>;

static Words wordsOf(int count, char** arguments) {
  Words words;
  for (int index = 1; index < count; ++index) {
    const std::string word = arguments[index];
    const std::size_t at = word.find('=');
    if (at == std::string::npos) throw std::runtime_error(word + " is not name=value");
    words[word.substr(0, at)] = word.substr(at + 1);
  }
  return words;
}
