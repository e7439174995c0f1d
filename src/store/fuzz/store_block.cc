// Column and raw frames as a damaged or forged event file could hold them, page tokens and ids as a client
// could send.
#include <cstdint>

#include "base/assert.h"
#include "store/block_codec.h"
#include "store/event_address.h"

using namespace picket::store;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  static Decompressor decompressor;
  ColumnBlock framed;
  static_cast<void>(framed.decode(input, decompressor));

  ColumnBlock columns;
  columns.buffer = input;
  if (columns.parse() && columns.raw_offsets.back() < (1u << 22)) {
    const std::string raw(columns.raw_offsets.back(), 'r');
    std::size_t sum = 0;
    for (std::uint32_t row = 0; row < columns.n; ++row) {
      const auto v = columns.view(raw, row);
      for (const auto text : {v.vendor_uid, v.action, v.actor_uid, v.actor_email, v.source_ip, v.country, v.target,
                              columns.record(raw, row)})
        for (const char c : text) sum += static_cast<unsigned char>(c);
    }
    volatile std::size_t sink = sum;
    static_cast<void>(sink);
  }

  HashKey key{};
  const AddressCodec codec(key);
  for (const auto order : {Order::kNewestFirst, Order::kOldestFirst}) {
    if (const auto position = codec.parse_token(input, order)) {
      PICKET_ASSERT(codec.parse_token(codec.token(order, *position), order).value() == *position,
                    "tokens come back");
    }
  }
  if (const auto address = codec.parse_id(input))
    PICKET_ASSERT(codec.parse_id(codec.id(*address)) == address, "ids come back");
  return 0;
}
