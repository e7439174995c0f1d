#include "codec/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

#include "base/assert.h"

namespace picket::codec {
namespace {

constexpr int kGzipOrZlib = 15 + 32;
constexpr int kGzip = 15 + 16;

struct InflateStream {
  z_stream z{};
  bool open = false;
  ~InflateStream() {
    if (open) inflateEnd(&z);
  }
};

uInt clamp_to_uint(std::size_t n) {
  return static_cast<uInt>(std::min<std::size_t>(n, std::numeric_limits<uInt>::max()));
}

}  // namespace

Result<std::string> inflate(std::string_view packed, std::size_t max_output) {
  const auto damaged = [] {
    return fail(ErrorKind::kInvalidInput, "The compressed data is damaged or ends too early.");
  };
  InflateStream stream;
  if (inflateInit2(&stream.z, kGzipOrZlib) != Z_OK)
    return fail(ErrorKind::kInternal, "zlib cannot be started.");
  stream.open = true;
  const bool is_gzip = packed.starts_with("\x1f\x8b");
  std::string out;
  std::size_t used = 0, read = 0;
  while (true) {
    if (used == out.size()) {
      if (out.size() > max_output)
        return fail(ErrorKind::kTooLarge, "The compressed data unpacks to more than is allowed here.");
      // one byte over the limit tells "exactly full" from "too much"
      out.resize(std::min(max_output + 1, std::max<std::size_t>(out.size() * 2, 16 << 10)));
    }
    stream.z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data() + read));
    stream.z.avail_in = clamp_to_uint(packed.size() - read);
    stream.z.next_out = reinterpret_cast<Bytef*>(out.data() + used);
    stream.z.avail_out = clamp_to_uint(out.size() - used);
    const uInt in_before = stream.z.avail_in, out_before = stream.z.avail_out;
    const int code = ::inflate(&stream.z, Z_NO_FLUSH);
    read += in_before - stream.z.avail_in;
    used += out_before - stream.z.avail_out;
    if (used > max_output)
      return fail(ErrorKind::kTooLarge, "The compressed data unpacks to more than is allowed here.");
    if (code == Z_STREAM_END) {
      if (read == packed.size()) break;
      if (!is_gzip || inflateReset(&stream.z) != Z_OK) return damaged();
      continue;
    }
    if (code != Z_OK && code != Z_BUF_ERROR) return damaged();
    if (code == Z_BUF_ERROR && used < out.size()) return damaged();  // wants input that is not there
    if (read == packed.size() && used < out.size()) return damaged();
  }
  out.resize(used);
  return out;
}

std::string gzip(std::string_view bytes, int level) {
  z_stream z{};
  PICKET_ASSERT(deflateInit2(&z, level, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) == Z_OK, "zlib starts");
  std::string out(deflateBound(&z, bytes.size()) + 32, '\0');
  PICKET_ASSERT(bytes.size() < std::numeric_limits<uInt>::max(),
                "only bodies below 4 GB are packed in one go");
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = clamp_to_uint(out.size());
  const int code = deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  PICKET_ASSERT(code == Z_STREAM_END, "the bound that zlib itself gave is enough");
  return out;
}

}  // namespace picket::codec
