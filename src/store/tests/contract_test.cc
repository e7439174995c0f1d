#include "contract/event_store_contract.h"
#include "store/mocks/memory_event_store.h"
#include "store/open_store.h"
#include "store/tests/temporary_directory.h"

namespace picket::store {
namespace {

StoreUnderTest sqlite(std::string name, Tuning tuning) {
  return {std::move(name), [] { return std::make_shared<TemporaryDirectory>(); },
          [tuning](void* place) -> std::unique_ptr<EventStore> {
            auto store =
                open_tuned_store({.directory = static_cast<TemporaryDirectory*>(place)->path()}, tuning);
            EXPECT_TRUE(store) << store.error().message;
            return store ? std::move(*store) : nullptr;
          },
          true, tuning.hash_mask == Tuning().hash_mask};
}

Tuning small_partitions() {
  Tuning t;
  t.partition_events = 150;
  t.filter_budget = 1;
  return t;
}

Tuning colliding_hashes() {
  Tuning t;
  t.hash_mask = 0x7000000000000000;
  return t;
}

StoreUnderTest memory() {
  return {"Memory", [] { return std::make_shared<int>(); },
          [](void*) { return std::make_unique<MemoryEventStore>(); }, false, false};
}

std::string name_of(const testing::TestParamInfo<StoreUnderTest>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Stores, EventStoreContract,
                         testing::Values(sqlite("Sqlite", {}),
                                         sqlite("SqliteSmallPartitions", small_partitions()),
                                         sqlite("SqliteCollidingHashes", colliding_hashes()), memory()),
                         name_of);

}  // namespace
}  // namespace picket::store
