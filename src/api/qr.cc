#include "api/qr.h"

#include <fmt/format.h>
#include <qrencode.h>

#include <iterator>
#include <memory>

namespace picket::api {

QrCode qr_code(std::string_view text) {
  constexpr int kQuiet = 4;  // ISO/IEC 18004: scanners need that much light around it
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeString8bit(std::string(text).c_str(), 0, QR_ECLEVEL_L), QRcode_free);
  if (!code) return {};
  const int n = code->width;
  QrCode out;
  out.size = n + 2 * kQuiet;
  for (int y = 0; y < n; ++y) {
    for (int x = 0; x < n; ++x) {
      int run = 0;
      while (x + run < n && (code->data[y * n + x + run] & 1) != 0) ++run;
      if (run == 0) continue;
      fmt::format_to(std::back_inserter(out.path), "M{} {}h{}v1h-{}z", x + kQuiet, y + kQuiet, run, run);
      x += run;
    }
  }
  return out;
}

}  // namespace picket::api
