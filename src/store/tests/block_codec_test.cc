#include "store/block_codec.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <deque>

namespace picket::store {
namespace {

struct Record {
  std::string uid, raw, action, actor_uid, actor_email, ip, target;
  model::EventView view;
  std::int64_t received = 0;

  const model::EventView& ready() {
    view.vendor_uid = uid;
    view.action = action;
    view.actor_uid = actor_uid;
    view.actor_email = actor_email;
    view.source_ip = ip;
    view.target = target;
    return view;
  }
};

void expect_round_trip(std::deque<Record>& records, BlockEncoder& encoder) {
  encoder.clear();
  std::uint32_t rows = 0;
  for (auto& r : records) {
    if (!encoder.has_room(r.ready(), r.raw)) break;
    encoder.add(r.ready(), r.raw, r.received);
    ++rows;
  }
  const auto block = encoder.finish();
  RC_ASSERT(block.has_value());
  Decompressor decompressor;
  ColumnBlock columns;
  std::string raw;
  RC_ASSERT(columns.decode(block->columns, decompressor).has_value());
  RC_ASSERT(decompressor.decompress(block->raw, raw).has_value());
  RC_ASSERT(columns.n == rows);
  RC_ASSERT(raw.size() == block->raw_bytes);
  for (std::uint32_t i = 0; i < rows; ++i) {
    const auto v = columns.view(raw, i);
    const auto& r = records[i];
    RC_ASSERT(columns.record(raw, i) == r.raw);
    RC_ASSERT(v.vendor_uid == r.uid);
    RC_ASSERT(v.time == r.view.time);
    RC_ASSERT(v.class_uid == r.view.class_uid);
    RC_ASSERT(v.activity_id == r.view.activity_id);
    RC_ASSERT(v.outcome == r.view.outcome);
    RC_ASSERT(v.unreadable == r.view.unreadable);
    RC_ASSERT(v.action == r.action);
    RC_ASSERT(v.actor_uid == r.actor_uid);
    RC_ASSERT(v.actor_email == r.actor_email);
    RC_ASSERT(v.source_ip == r.ip);
    RC_ASSERT(v.target == r.target);
    RC_ASSERT(columns.received[i] == r.received);
    RC_ASSERT(to_micros(v.time) >= block->oldest_us && to_micros(v.time) <= block->newest_us);
  }
}

rc::Gen<Record> any_record() {
  return rc::gen::exec([] {
    const auto word =
        rc::gen::element<std::string>("", "a", "b", std::string("\0", 1), "\xff\xfe", "Ab", "ab");
    Record r;
    r.uid = *rc::gen::arbitrary<std::string>();
    r.raw = *rc::gen::arbitrary<std::string>() + (*rc::gen::arbitrary<bool>() ? r.uid : "") + *word;
    r.action = *word;
    r.actor_uid = *word;
    r.actor_email = *word;
    r.ip = *rc::gen::arbitrary<std::string>();
    r.target = *word;
    const std::int64_t unit = *rc::gen::element<std::int64_t>(1, 1000, 1'000'000);
    r.view.time = from_micros(*rc::gen::inRange<std::int64_t>(-62'167'219'200, 253'402'300'799) * unit);
    r.view.class_uid = *rc::gen::arbitrary<std::uint32_t>();
    r.view.activity_id = *rc::gen::arbitrary<std::uint16_t>();
    r.view.outcome =
        *rc::gen::element(model::Outcome::kUnknown, model::Outcome::kSuccess, model::Outcome::kFailure);
    r.view.unreadable = *rc::gen::arbitrary<bool>();
    r.received = *rc::gen::inRange<std::int64_t>(0, 4) * 1'000'000'000'000;
    return r;
  });
}

RC_GTEST_PROP(BlockCodec, GivesBackWhatWasPutIn, ()) {
  BlockEncoder encoder(1, 42);
  for (int use = 0; use < 2; ++use) {  // an encoder is used again and again
    const auto records = *rc::gen::nonEmpty(rc::gen::container<std::vector<Record>>(any_record()));
    std::deque<Record> list(records.begin(), records.end());
    expect_round_trip(list, encoder);
  }
}

TEST(BlockCodec, HoldsMoreEntriesThanOneByteCounts) {
  BlockEncoder encoder(1, 7);
  std::deque<Record> records;
  for (int i = 0; i < 2000; ++i) {
    auto& r = records.emplace_back();
    r.uid = "id" + std::to_string(i);
    r.raw = "{\"uuid\":\"" + r.uid + "\"}";
    r.action = "action" + std::to_string(i % 700);
    r.actor_uid = "actor" + std::to_string(i);
    r.target = "t" + std::to_string(i % 257);
    r.view.time = from_seconds(i);
  }
  EXPECT_NO_THROW(expect_round_trip(records, encoder));
}

TEST(BlockCodec, ActorPartsDoNotRunTogether) {
  Dictionary d(1);
  const auto a = d.code("ab", "c", 2), b = d.code("a", "bc", 1);
  EXPECT_NE(a, b);
  EXPECT_EQ(d.code("ab", "c", 2), a);
}

TEST(BlockCodec, EveryFlippedByteIsNoticed) {
  BlockEncoder encoder(1, 7);
  std::deque<Record> records;
  for (int i = 0; i < 50; ++i) {
    auto& r = records.emplace_back();
    r.uid = "id" + std::to_string(i);
    r.raw = "{\"uuid\":\"" + r.uid + "\",\"some\":\"text " + std::to_string(i * i) + "\"}";
    r.action = "action" + std::to_string(i % 7);
    encoder.add(r.ready(), r.raw, 5);
  }
  const auto block = encoder.finish();
  ASSERT_TRUE(block);
  Decompressor decompressor;
  for (const auto& [frame, is_columns] :
       {std::pair(std::string(block->columns), true), std::pair(std::string(block->raw), false)}) {
    std::string good;
    ASSERT_TRUE(decompressor.decompress(frame, good));
    for (std::size_t i = 0; i < frame.size(); ++i) {
      for (const char flip : {char{1}, char{64}}) {
        auto bad = frame;
        bad[i] = static_cast<char>(bad[i] ^ flip);
        std::string out;
        const auto status = decompressor.decompress(bad, out);
        // a bit of the header that changes nothing may pass, other content never
        if (status) {
          EXPECT_EQ(out, good) << i << is_columns;
        } else {
          EXPECT_EQ(status.error().kind, ErrorKind::kCorrupt);
        }
      }
    }
    std::string out;
    EXPECT_FALSE(decompressor.decompress(std::string_view(frame).substr(0, frame.size() - 1), out));
    EXPECT_FALSE(decompressor.decompress("", out));
  }
}

TEST(BlockCodec, DamagedColumnsNeverLeaveTheBuffer) {
  // past the checksum, as if somebody had forged it: every prefix and every changed byte is refused or
  // harmless
  BlockEncoder encoder(1, 7);
  std::deque<Record> records;
  for (int i = 0; i < 20; ++i) {
    auto& r = records.emplace_back();
    r.uid = i % 5 == 0 ? "apart" : "id" + std::to_string(i);
    r.raw = i % 5 == 0 ? "no id" : "x" + r.uid;
    r.target = "t" + std::to_string(i);
    encoder.add(r.ready(), r.raw, i);
  }
  const auto block = encoder.finish();
  Decompressor decompressor;
  ColumnBlock good;
  ASSERT_TRUE(good.decode(block->columns, decompressor));
  for (std::size_t i = 0; i < good.buffer.size(); ++i) {
    ColumnBlock cut;
    cut.buffer = good.buffer.substr(0, i);
    EXPECT_FALSE(cut.parse());
    for (int value = 0; value < 256; value += 5) {
      ColumnBlock changed;
      changed.buffer = good.buffer;
      changed.buffer[i] = static_cast<char>(value);
      if (!changed.parse()) continue;
      const std::string raw(changed.raw_offsets.back(), 'x');
      for (std::uint32_t row = 0; row < changed.n; ++row)
        static_cast<void>(changed.view(raw, row).vendor_uid.size());
    }
  }
}

}  // namespace
}  // namespace picket::store
