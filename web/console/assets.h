#pragma once

#include <span>
#include <string_view>

namespace picket::console {

/// One file of the console as it is served. Lives for ever.
struct Asset {
  /// Absolute path of the address, "/assets/index-Ab12.js". The page itself is "/index.html".
  std::string_view path;
  /// The whole value of Content-Type.
  std::string_view content_type;
  std::string_view bytes;
  /// The same bytes in gzip; empty when that would not be smaller.
  std::string_view gzip_bytes;
  /// Strong entity tag of `bytes`, quotes included. With gzip the same tag would name other bytes: make it weak (W/) there.
  std::string_view etag;
  /// The name carries a hash of the content (everything under /assets/): may be cached for ever. The rest must be asked for again.
  bool immutable = false;
};

/// All files of the console, sorted by path. Empty when the program was built with PICKET_WEB=off.
/// Every address that is neither an asset nor the API is a page of the console and gets "/index.html".
/// Threads: any.
std::span<const Asset> assets();

}  // namespace picket::console
