#include "detect/read_as.h"

#include "detect/encodings.h"
#include "detect/text.h"

namespace picket::detect {

std::string read_as(std::string_view value, ReadAs as) {
  constexpr int kV4Network = 24, kV6Network = 48;
  switch (as) {
    case ReadAs::kAsIs: break;
    case ReadAs::kFolded: return fold_case(value);
    case ReadAs::kEmail: return fold_case(value.substr(value.rfind('/') + 1));  // npos + 1 is 0
    case ReadAs::kAddress:
      if (auto text = address_text(value)) return *text;
      return fold_case(value);
    case ReadAs::kNetwork:
      if (auto text = address_text(value, kV4Network, kV6Network)) return *text;
      return fold_case(value);
  }
  return std::string(value);
}

}  // namespace picket::detect
