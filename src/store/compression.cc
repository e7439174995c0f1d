#include "store/compression.h"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>

#include "base/assert.h"

namespace picket::store {

namespace {
constexpr std::size_t kUsualFrameBytes = std::size_t{1} << 20;
}

Compressor::Compressor(int level) : context_(ZSTD_createCCtx()) {
  PICKET_ASSERT(context_ != nullptr, "memory for a compressor");
  ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context_, ZSTD_c_checksumFlag, 1);
}

Compressor::~Compressor() {
  ZSTD_freeCCtx(context_);
}

Result<std::string_view> Compressor::compress(std::string_view in, int slot) {
  if (in.size() > kMaxFrameBytes) {
    return fail(ErrorKind::kTooLarge,
                fmt::format("A block of {} bytes is more than the event store can hold.", in.size()));
  }
  auto& buffer = buffers_[static_cast<std::size_t>(slot)];
  const auto bound = ZSTD_compressBound(in.size());
  // one huge record must not keep its memory for ever
  if (buffer.size < bound || buffer.size > 4 * kUsualFrameBytes) {
    buffer.size = std::max(bound, kUsualFrameBytes);
    buffer.bytes.reset(new char[buffer.size]);
  }
  const auto n = ZSTD_compress2(context_, buffer.bytes.get(), buffer.size, in.data(), in.size());
  if (ZSTD_isError(n)) {
    return fail(ErrorKind::kInternal, fmt::format("zstd could not compress: {}.", ZSTD_getErrorName(n)));
  }
  return std::string_view(buffer.bytes.get(), n);
}

Decompressor::Decompressor() : context_(ZSTD_createDCtx()) {
  PICKET_ASSERT(context_ != nullptr, "memory for a decompressor");
}

Decompressor::~Decompressor() {
  ZSTD_freeDCtx(context_);
}

Status Decompressor::decompress(std::string_view in, std::string& out) {
  const auto size = ZSTD_getFrameContentSize(in.data(), in.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > kMaxFrameBytes) {
    return fail(ErrorKind::kCorrupt, "the frame header is damaged");
  }
  // zstd packs at most about 1 : 33,000; more is a lie that would only cost memory
  if (size > (in.size() + 64) * 40'000)
    return fail(ErrorKind::kCorrupt, "the frame claims an impossible size");
  out.resize(size);
  const auto n = ZSTD_decompressDCtx(context_, out.data(), out.size(), in.data(), in.size());
  if (ZSTD_isError(n))
    return fail(ErrorKind::kCorrupt, fmt::format("the frame does not unpack ({})", ZSTD_getErrorName(n)));
  if (n != size) return fail(ErrorKind::kCorrupt, "the frame unpacks to another size than it says");
  return {};
}

}  // namespace picket::store
