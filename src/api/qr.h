#pragma once

#include <string>
#include <string_view>

namespace picket::api {

/// A QR code as a picture of `size` by `size` modules, the quiet zone included: the dark ones as an SVG path.
struct QrCode {
  int size = 0;
  std::string path;
};

/// Threads: any. An empty code when the text is longer than a QR code can be.
QrCode qr_code(std::string_view text);

}  // namespace picket::api
