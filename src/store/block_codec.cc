#include "store/block_codec.h"

#include <algorithm>
#include <limits>

#include "base/assert.h"
#include "store/byte_io.h"

// Column frame, unpacked: version byte, varint n, then in this order
//   times      unit (1, 1000 or 1000000 us), first (zigzag), then zigzag differences, all in units
//   received   count, then (zigzag us difference, rows)...
//   lengths    varint a row
//   uids       mode 0: one position and length for all; mode 1: varint position+1 (0: the text stands apart)
//   and length
//              a row, then the texts that stand apart
//   kinds      dictionary (class, activity, outcome | unreadable << 2, action) and codes
//   actors     dictionary (uid, e-mail) and codes;  origins  dictionary (address, country) and codes
//   targets    dictionary (text) and codes
// Codes: one byte a row when the dictionary has at most 256 entries, else a plane of low and a plane of high
// bytes.
namespace picket::store {

namespace {

constexpr char kFormat = 2;

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const auto product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t hash_text(std::string_view text, std::uint64_t seed) {
  std::uint64_t h = seed ^ (text.size() * 0x9e3779b97f4a7c15u);
  const char* at = text.data();
  std::size_t left = text.size();
  for (; left >= 8; at += 8, left -= 8) h = mix(h ^ load_fixed<std::uint64_t>(at), 0xa0761d6478bd642fu);
  std::uint64_t tail = 0;
  if (left != 0) std::memcpy(&tail, at, left);
  return mix(h ^ tail, 0xe7037ed1a0b428dbu);
}

void put_codes(std::string& out, const std::vector<std::uint32_t>& codes, std::size_t entries) {
  const auto start = out.size();
  const bool wide = entries > 256;
  out.resize(start + codes.size() * (wide ? 2 : 1));
  char* low = out.data() + start;
  for (std::size_t i = 0; i < codes.size(); ++i) low[i] = static_cast<char>(codes[i]);
  if (!wide) return;
  char* high = low + codes.size();
  for (std::size_t i = 0; i < codes.size(); ++i) high[i] = static_cast<char>(codes[i] >> 8);
}

bool get_codes(ByteReader& in, std::uint32_t n, std::size_t entries, std::vector<std::uint16_t>& codes) {
  codes.resize(n);
  const auto low = in.bytes(n);
  const auto high = entries > 256 ? in.bytes(n) : std::string_view();
  if (!in.ok()) return false;
  std::uint32_t largest = 0;
  for (std::uint32_t i = 0; i < n; ++i) {
    const auto c = static_cast<std::uint16_t>(static_cast<unsigned char>(low[i]) |
                                              (high.empty() ? 0 : static_cast<unsigned char>(high[i]) << 8));
    codes[i] = c;
    largest = std::max<std::uint32_t>(largest, c);
  }
  return n == 0 || largest < entries;
}

std::int64_t time_unit(const std::vector<std::int64_t>& times) {
  std::int64_t unit = 1'000'000;
  for (const auto t : times) {
    if (unit == 1'000'000 && t % 1'000'000 != 0) unit = 1000;
    if (unit == 1000 && t % 1000 != 0) return 1;
  }
  return unit;
}

}  // namespace

void Dictionary::clear() {
  entries_.clear();
  std::fill(table_.begin(), table_.end(), 0);
}

void Dictionary::grow() {
  table_.assign(std::max<std::size_t>(256, table_.size() * 2), 0);
  for (std::uint32_t c = 0; c < entries_.size(); ++c) {
    auto slot = entries_[c].hash & (table_.size() - 1);
    while (table_[slot] != 0) slot = (slot + 1) & (table_.size() - 1);
    table_[slot] = c + 1;
  }
}

std::uint32_t Dictionary::code(std::string_view a, std::string_view b, std::uint64_t number) {
  if ((entries_.size() + 1) * 2 > table_.size()) grow();
  auto h = hash_text(a, seed_ ^ number);
  if (!b.empty()) h = hash_text(b, h);
  auto slot = h & (table_.size() - 1);
  while (table_[slot] != 0) {
    const auto& e = entries_[table_[slot] - 1];
    if (e.hash == h && e.number == number && e.a == a && e.b == b) return table_[slot] - 1;
    slot = (slot + 1) & (table_.size() - 1);
  }
  entries_.push_back({a, b, number, h});
  table_[slot] = static_cast<std::uint32_t>(entries_.size());
  return static_cast<std::uint32_t>(entries_.size() - 1);
}

BlockEncoder::BlockEncoder(int level, std::uint64_t seed)
    : compressor_(level), kinds_(seed), actors_(seed), origins_(seed), targets_(seed) {}

void BlockEncoder::clear() {
  n_ = 0;
  text_bytes_ = 0;
  for (auto* d : {&kinds_, &actors_, &origins_, &targets_}) d->clear();
  raw_.clear();
  times_.clear();
  for (auto* v : {&lengths_, &uid_positions_, &uid_lengths_, &kind_codes_, &actor_codes_, &origin_codes_,
                  &target_codes_})
    v->clear();
  received_.clear();
  uid_texts_.clear();
  columns_.clear();
  // one huge record must not keep its memory for ever
  for (auto* s : {&raw_, &uid_texts_, &columns_})
    if (s->capacity() > 2 * kMaxBlockBytes) std::string().swap(*s);
}

bool BlockEncoder::has_room(const model::EventView& view, std::string_view raw) const {
  if (n_ == 0) return true;
  const auto text = view.vendor_uid.size() + view.action.size() + view.actor_uid.size() +
                    view.actor_email.size() + view.source_ip.size() + view.country.size() +
                    view.target.size();
  return n_ < kMaxBlockRows && raw_.size() + raw.size() <= kMaxBlockBytes &&
         text_bytes_ + text <= kMaxBlockBytes;
}

void BlockEncoder::add(const model::EventView& view, std::string_view raw, std::int64_t received_us) {
  ++n_;
  raw_.append(raw);
  times_.push_back(to_micros(view.time));
  lengths_.push_back(static_cast<std::uint32_t>(raw.size()));
  // The id nearly always stands in the record: then its place is enough. The normaliser's view often points
  // there.
  auto position = ColumnBlock::kUidApart;
  const auto& uid = view.vendor_uid;
  const std::less_equal<const char*> le;
  if (uid.empty()) {
    position = 0;
  } else if (le(raw.data(), uid.data()) && le(uid.data() + uid.size(), raw.data() + raw.size())) {
    position = static_cast<std::uint32_t>(uid.data() - raw.data());
  } else if (const auto at = raw.find(uid); at != std::string_view::npos) {
    position = static_cast<std::uint32_t>(at);
  } else {
    uid_texts_.append(uid);
  }
  uid_positions_.push_back(position);
  uid_lengths_.push_back(static_cast<std::uint32_t>(uid.size()));
  text_bytes_ += uid.size() + view.action.size() + view.actor_uid.size() + view.actor_email.size() +
                 view.source_ip.size() + view.country.size() + view.target.size();
  const auto number = (std::uint64_t{view.class_uid} << 32) | (std::uint64_t{view.activity_id} << 8) |
                      (static_cast<std::uint64_t>(view.outcome) & 3) | (view.unreadable ? 4u : 0u);
  kind_codes_.push_back(kinds_.code(view.action, {}, number));
  actor_codes_.push_back(actors_.code(view.actor_uid, view.actor_email, view.actor_uid.size()));
  origin_codes_.push_back(origins_.code(view.source_ip, view.country, view.source_ip.size()));
  target_codes_.push_back(targets_.code(view.target));
  if (received_.empty() || received_.back().us != received_us) received_.push_back({received_us, 0});
  ++received_.back().rows;
}

Result<EncodedBlock> BlockEncoder::finish() {
  PICKET_ASSERT(n_ > 0, "a block has rows");
  auto& out = columns_;
  out.clear();
  out.push_back(kFormat);
  put_varint(out, n_);

  const auto unit = time_unit(times_);
  put_varint(out, static_cast<std::uint64_t>(unit));
  std::int64_t last = 0;
  for (const auto t : times_) {
    put_varint(out, zigzag(t / unit - last));
    last = t / unit;
  }
  put_varint(out, received_.size());
  last = 0;
  for (const auto& r : received_) {
    put_varint(out, zigzag(r.us - last));
    put_varint(out, r.rows);
    last = r.us;
  }
  for (const auto length : lengths_) put_varint(out, length);

  const auto same = [](const std::vector<std::uint32_t>& v) {
    return std::all_of(v.begin(), v.end(), [&](std::uint32_t x) { return x == v.front(); });
  };
  if (uid_positions_.front() != ColumnBlock::kUidApart && same(uid_positions_) && same(uid_lengths_)) {
    out.push_back(0);
    put_varint(out, uid_positions_.front());
    put_varint(out, uid_lengths_.front());
  } else {
    out.push_back(1);
    for (std::uint32_t i = 0; i < n_; ++i) {
      put_varint(out, uid_positions_[i] == ColumnBlock::kUidApart ? 0 : std::uint64_t{uid_positions_[i]} + 1);
      put_varint(out, uid_lengths_[i]);
    }
    out.append(uid_texts_);
  }

  put_varint(out, kinds_.entries().size());
  for (const auto& e : kinds_.entries()) {
    put_varint(out, e.number >> 32);
    put_varint(out, (e.number >> 8) & 0xffff);
    put_varint(out, e.number & 7);
    put_text(out, e.a);
  }
  put_codes(out, kind_codes_, kinds_.entries().size());
  for (const auto& [dictionary, codes] :
       {std::pair(&actors_, &actor_codes_), std::pair(&origins_, &origin_codes_)}) {
    put_varint(out, dictionary->entries().size());
    for (const auto& e : dictionary->entries()) {
      put_text(out, e.a);
      put_text(out, e.b);
    }
    put_codes(out, *codes, dictionary->entries().size());
  }
  put_varint(out, targets_.entries().size());
  for (const auto& e : targets_.entries()) put_text(out, e.a);
  put_codes(out, target_codes_, targets_.entries().size());

  PICKET_ASSIGN(const auto packed_columns, compressor_.compress(columns_, 0));
  PICKET_ASSIGN(const auto packed_raw, compressor_.compress(raw_, 1));
  const auto [oldest, newest] = std::minmax_element(times_.begin(), times_.end());
  return EncodedBlock{n_, *oldest, *newest, raw_.size(), packed_columns, packed_raw};
}

Status ColumnBlock::decode(std::string_view frame, Decompressor& decompressor) {
  PICKET_TRY(decompressor.decompress(frame, buffer));
  return parse();
}

Status ColumnBlock::parse() {
  const auto damaged = [](const char* part) {
    return fail(ErrorKind::kCorrupt, std::string("the column frame is damaged in its ") + part);
  };
  ByteReader in(buffer);
  if (in.bytes(1) != std::string_view(&kFormat, 1))
    return fail(ErrorKind::kCorrupt, "the column frame has an unknown format");
  n = in.count();
  if (!in.ok() || n == 0 || n > kMaxBlockRows) return damaged("row count");

  const auto unit = in.varint();
  if (unit != 1 && unit != 1000 && unit != 1'000'000) return damaged("times");
  times.resize(n);
  std::uint64_t t = 0;  // unsigned: a hostile sum wraps instead of being undefined
  for (auto& time : times) {
    t += static_cast<std::uint64_t>(unzigzag(in.varint()));
    time = static_cast<std::int64_t>(t * unit);
  }
  received.clear();
  const auto segments = in.count();
  std::uint64_t us = 0;
  for (std::uint32_t i = 0; i < segments; ++i) {
    us += static_cast<std::uint64_t>(unzigzag(in.varint()));
    const auto rows = in.varint();
    if (rows > n - received.size()) return damaged("arrival times");
    received.insert(received.end(), rows, static_cast<std::int64_t>(us));
  }
  if (!in.ok() || received.size() != n) return damaged("arrival times");

  raw_offsets.resize(n + 1);
  std::uint64_t offset = 0;
  for (std::uint32_t i = 0; i < n; ++i) {
    raw_offsets[i] = static_cast<std::uint32_t>(offset);
    const auto length = in.varint();
    if (length > kMaxFrameBytes || (offset += length) > kMaxFrameBytes) return damaged("record lengths");
  }
  raw_offsets[n] = static_cast<std::uint32_t>(offset);

  uid_texts.clear();
  uid_positions.resize(n);
  uid_lengths.resize(n);
  const auto mode = in.bytes(1);
  if (!in.ok() || (mode[0] != 0 && mode[0] != 1)) return damaged("ids");
  std::uint64_t common_position = 0, common_length = 0;
  if (mode[0] == 0) {
    common_position = in.varint() + 1;
    common_length = in.varint();
  }
  bool apart = false;
  for (std::uint32_t i = 0; i < n; ++i) {
    const auto position = mode[0] == 0 ? common_position : in.varint();
    const auto length = mode[0] == 0 ? common_length : in.varint();
    const std::uint64_t record = raw_offsets[i + 1] - raw_offsets[i];
    if (length > kMaxFrameBytes ||
        (position != 0 && (position - 1 > record || length > record - (position - 1))))
      return damaged("ids");
    apart = apart || position == 0;
    uid_positions[i] = position == 0 ? kUidApart : static_cast<std::uint32_t>(position - 1);
    uid_lengths[i] = static_cast<std::uint32_t>(length);
  }
  if (apart) {
    uid_texts.resize(n);
    for (std::uint32_t i = 0; i < n; ++i)
      if (uid_positions[i] == kUidApart) uid_texts[i] = in.bytes(uid_lengths[i]);
  }
  if (!in.ok()) return damaged("ids");

  // a dictionary never has more entries than the block has rows
  const auto entries = [&]() -> std::uint32_t {
    const auto count = in.count();
    if (count > n) in.fail();
    return in.ok() ? count : 0;
  };
  kinds.resize(entries());
  for (auto& k : kinds) {
    const auto class_uid = in.varint(), activity = in.varint(), flags = in.varint();
    if (class_uid > std::numeric_limits<std::uint32_t>::max() || activity > 0xffff || flags > 7 ||
        (flags & 3) == 3)
      return damaged("kinds");
    k.class_uid = static_cast<std::uint32_t>(class_uid);
    k.activity_id = static_cast<std::uint16_t>(activity);
    k.outcome = static_cast<model::Outcome>(flags & 3);
    k.unreadable = (flags & 4) != 0;
    k.action = in.text();
  }
  if (!get_codes(in, n, kinds.size(), kind_codes)) return damaged("kinds");
  actors.resize(entries());
  for (auto& a : actors) {
    a.uid = in.text();
    a.email = in.text();
  }
  if (!get_codes(in, n, actors.size(), actor_codes)) return damaged("actors");
  origins.resize(entries());
  for (auto& o : origins) {
    o.ip = in.text();
    o.country = in.text();
  }
  if (!get_codes(in, n, origins.size(), origin_codes)) return damaged("addresses");
  targets.resize(entries());
  for (auto& text : targets) text = in.text();
  if (!get_codes(in, n, targets.size(), target_codes)) return damaged("targets");
  if (!in.ok() || in.left() != 0) return damaged("end");
  return {};
}

std::string_view ColumnBlock::vendor_uid(std::string_view raw, std::uint32_t row) const {
  if (uid_positions[row] == kUidApart) return uid_texts[row];
  return record(raw, row).substr(uid_positions[row], uid_lengths[row]);
}

model::EventView ColumnBlock::view(std::string_view raw, std::uint32_t row) const {
  const auto& kind = kinds[kind_codes[row]];
  const auto& actor = actors[actor_codes[row]];
  const auto& origin = origins[origin_codes[row]];
  model::EventView v;
  v.vendor_uid = vendor_uid(raw, row);
  v.time = from_micros(times[row]);
  v.class_uid = kind.class_uid;
  v.activity_id = kind.activity_id;
  v.outcome = kind.outcome;
  v.action = kind.action;
  v.actor_uid = actor.uid;
  v.actor_email = actor.email;
  v.source_ip = origin.ip;
  v.country = origin.country;
  v.target = targets[target_codes[row]];
  v.unreadable = kind.unreadable;
  return v;
}

}  // namespace picket::store
