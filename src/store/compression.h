#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace picket::store {

/// What one frame may unpack to; a stored frame that claims more is corrupt.
inline constexpr std::size_t kMaxFrameBytes = std::size_t{1} << 30;

/// zstd frames with content size and checksum. The context is made once and reused. Threads: one at a time.
class Compressor {
 public:
  explicit Compressor(int level);
  ~Compressor();
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;
  /// The frame; valid until the next call for the same `slot` (two may be held at once: 0 and 1).
  Result<std::string_view> compress(std::string_view in, int slot);

 private:
  // bytes that are not zeroed before they are written
  struct Buffer {
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0;
  };
  ZSTD_CCtx_s* context_;
  std::array<Buffer, 2> buffers_;
};

class Decompressor {
 public:
  Decompressor();
  ~Decompressor();
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;
  /// Replaces `out`. Error kCorrupt when the frame does not check out.
  Status decompress(std::string_view in, std::string& out);

 private:
  ZSTD_DCtx_s* context_;
};

}  // namespace picket::store
