// What the programs that run a model share: they end when they are asked to, and take words "name=value".
#pragma once

#include <signal.h>
#include <map>
#include <stdexcept>
#include <string>

static volatile sig_atomic_t isAsked = 0;

static void onSignal(int) { isAsked = 1; }

static void handleSignals() {
  struct sigaction action = {};
  action.sa_handler = onSignal;
  // A second one ends the process also when the model never returns.
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (const int each : {SIGTERM, SIGINT, SIGHUP}) sigaction(each, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
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
