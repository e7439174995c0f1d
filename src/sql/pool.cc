#include "sql/pool.h"

#include "base/assert.h"

namespace picket::sql {

ReadPool::ReadPool(std::filesystem::path file, std::size_t size, OpenOptions options)
    : file_(std::move(file)), size_(size), options_(options) {
  PICKET_ASSERT(options_.mode == Mode::kReader && size_ > 0, "a read pool has reading connections");
}

ReadPool::~ReadPool() {
  PICKET_ASSERT(out_ == 0, "no lease outlives its pool");
}

Result<ReadPool::Lease> ReadPool::acquire() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [&] { return out_ < size_; });
  ++out_;
  if (!idle_.empty()) {
    auto db = std::move(idle_.back());
    idle_.pop_back();
    return Lease(*this, std::move(db));
  }
  lock.unlock();
  auto db = Database::open(file_, options_);
  if (db) return Lease(*this, std::move(*db));
  give_back(nullptr);
  return fail(std::move(db).error());
}

void ReadPool::give_back(std::unique_ptr<Database> db) {
  {
    const std::scoped_lock lock(mutex_);
    --out_;
    if (db != nullptr) idle_.push_back(std::move(db));
  }
  returned_.notify_one();
}

}  // namespace picket::sql
