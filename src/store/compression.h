#pragma once

#include <cstddef>
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
  /// Replaces `out`.
  Status compress(std::string_view in, std::string& out);

 private:
  ZSTD_CCtx_s* context_;
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
