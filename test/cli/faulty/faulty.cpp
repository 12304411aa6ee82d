// What a function that a design imports can do to its process.
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <vector>

extern "C" int misbehave(int how) {
  switch (how) {
    case 6: *reinterpret_cast<volatile int*>(8) = 1; break;
    case 8: std::abort();
    case 9: std::exit(0);
    case 11:
      std::printf("from C, ");
      std::cout << "from C++" << '\n' << "and on";
      break;
    case 10: {
      std::vector<char> all;
      all.resize(static_cast<std::size_t>(1) << 50);
      return all[0];
    }
  }
  return 0;
}
