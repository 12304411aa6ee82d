#include "line_rate.h"

#include <stdint.h>
#include <sys/ioctl.h>

// The kernel's termios2 (asm-generic/termbits.h), which cannot be included beside <termios.h>.
struct RatedSettings {
  uint32_t input, output, control, local;
  uint8_t line, characters[19];
  uint32_t inputRate, outputRate;
};

static constexpr unsigned long GET = _IOR('T', 0x2a, RatedSettings);
static constexpr unsigned long SET = _IOW('T', 0x2b, RatedSettings);
static constexpr uint32_t RATE_MASK = 0x100f;
static constexpr uint32_t RATE_IN_FIGURES = 0x1000;

unsigned lineRate(int descriptor) {
  RatedSettings settings;
  return ioctl(descriptor, GET, &settings) == 0 ? settings.outputRate : 0;
}

void setLineRate(int descriptor, unsigned baud) {
  RatedSettings settings;
  if (ioctl(descriptor, GET, &settings) != 0) return;
  settings.control = (settings.control & ~RATE_MASK) | RATE_IN_FIGURES;
  settings.inputRate = settings.outputRate = baud;
  ioctl(descriptor, SET, &settings);
}
