#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/event.h"
#include "store/compression.h"

/// The two frames of a block. A block is a run of consecutive events (ordinals) of one stream.
///   raw frame:    the records' exact bytes, concatenated, zstd.
///   column frame: what people filter by, dictionary-coded within the block, zstd. Layout in block_codec.cc.
namespace picket::store {

inline constexpr std::uint32_t kMaxBlockRows = 2000;
inline constexpr std::size_t kMaxBlockBytes = std::size_t{2}
                                              << 20;  ///< a single larger record has a block to itself

struct EncodedBlock {
  std::uint32_t n = 0;
  std::int64_t oldest_us = 0, newest_us = 0;
  std::uint64_t raw_bytes = 0;
  std::string_view columns, raw;  ///< frames; valid until the encoder's next use
};

/// String dictionary of one block: open addressing over views, no allocation after warm-up.
class Dictionary {
 public:
  explicit Dictionary(std::uint64_t seed) : seed_(seed) {}
  void clear();
  /// `a` and `b` together, with a small number, make the entry. The views must live until `clear`.
  std::uint32_t code(std::string_view a, std::string_view b = {}, std::uint64_t number = 0);
  struct Entry {
    std::string_view a, b;
    std::uint64_t number, hash;
  };
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  void grow();
  std::uint64_t seed_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> table_;  // code + 1; 0 = free
};

/// Collects rows, then encodes them. Reusable; views given to `add` must live until `finish`. Threads: one at
/// a time.
class BlockEncoder {
 public:
  BlockEncoder(int level, std::uint64_t seed);
  void clear();
  std::uint32_t rows() const { return n_; }
  /// Whether one more row of this size still belongs into the block.
  bool has_room(const model::EventView& view, std::string_view raw) const;
  void add(const model::EventView& view, std::string_view raw, std::int64_t received_us);
  Result<EncodedBlock> finish();

 private:
  Compressor compressor_;
  std::uint32_t n_ = 0;
  std::size_t text_bytes_ = 0;
  Dictionary kinds_, actors_, origins_, targets_;
  std::string raw_;
  std::vector<std::int64_t> times_;
  std::vector<std::uint32_t> lengths_, uid_positions_, uid_lengths_;
  std::vector<std::uint32_t> kind_codes_, actor_codes_, origin_codes_, target_codes_;
  struct Received {
    std::int64_t us;
    std::uint32_t rows;
  };
  std::vector<Received> received_;
  std::string uid_texts_, columns_;
};

/// A decoded column frame. Views point into `buffer`. Value that is filled again and again; threads: one at a
/// time.
struct ColumnBlock {
  struct Kind {
    std::uint32_t class_uid = 0;
    std::uint16_t activity_id = 0;
    model::Outcome outcome = model::Outcome::kUnknown;
    bool unreadable = false;
    std::string_view action;
  };
  struct Actor {
    std::string_view uid, email;
  };
  struct Origin {
    std::string_view ip, country;
  };

  std::uint32_t n = 0;
  std::string buffer;
  std::vector<std::int64_t> times;
  std::vector<std::uint32_t> raw_offsets;  ///< n + 1
  std::vector<Kind> kinds;
  std::vector<Actor> actors;
  std::vector<Origin> origins;
  std::vector<std::string_view> targets;
  std::vector<std::uint16_t> kind_codes, actor_codes, origin_codes, target_codes;
  std::vector<std::uint32_t> uid_positions;  ///< in the record, kUidApart: kept in `uid_texts`
  std::vector<std::uint32_t> uid_lengths;
  std::vector<std::string_view> uid_texts;  ///< filled only when some id stands apart; by row
  std::vector<std::int64_t> received;       ///< by row

  static constexpr std::uint32_t kUidApart = 0xffffffffu;

  /// Unpacks and checks everything, so that no later use can leave the buffer. Error kCorrupt.
  Status decode(std::string_view frame, Decompressor& decompressor);
  /// The checks alone, over `buffer`.
  Status parse();

  std::string_view record(std::string_view raw, std::uint32_t row) const {
    return raw.substr(raw_offsets[row], raw_offsets[row + 1] - raw_offsets[row]);
  }
  std::string_view vendor_uid(std::string_view raw, std::uint32_t row) const;
  model::EventView view(std::string_view raw, std::uint32_t row) const;
};

}  // namespace picket::store
