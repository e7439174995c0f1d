#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace picket::detail {

void assert_failed(const char* condition, const char* promise, const char* file, int line) {
  std::fprintf(stderr, "picket: broken promise: %s (%s) at %s:%d\n", promise, condition, file, line);
  std::abort();
}

}  // namespace picket::detail
