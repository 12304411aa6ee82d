// The rate of a terminal in bits a second, any number: of <termios.h> it has only names for some.
#pragma once

// 0 when it is not known.
unsigned lineRate(int descriptor);
void setLineRate(int descriptor, unsigned baud);
