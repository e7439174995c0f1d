#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace picket::embedded {

/// A file that the build put into the program (see picket_embed in cmake/PicketModule.cmake). Lives for ever.
struct File {
  std::string_view name;
  std::string_view bytes;
};

}  // namespace picket::embedded
