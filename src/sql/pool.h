#pragma once

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "sql/database.h"

namespace picket::sql {

/// A few reading connections to one file, opened when first needed.
/// Threads: any. `acquire` waits while all are in use; leases are short.
class ReadPool {
 public:
  ReadPool(std::filesystem::path file, std::size_t size, OpenOptions options = {.mode = Mode::kReader});
  ~ReadPool();  ///< every lease has ended (asserted)

  /// One connection until it goes out of scope.
  class Lease {
   public:
    Lease(Lease&& other) noexcept : pool_(std::exchange(other.pool_, nullptr)), db_(std::move(other.db_)) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (pool_ != nullptr) pool_->give_back(std::move(db_));
    }
    Database& operator*() const { return *db_; }
    Database* operator->() const { return db_.get(); }

   private:
    friend class ReadPool;
    Lease(ReadPool& pool, std::unique_ptr<Database> db) : pool_(&pool), db_(std::move(db)) {}
    ReadPool* pool_;
    std::unique_ptr<Database> db_;
  };
  Result<Lease> acquire();

 private:
  void give_back(std::unique_ptr<Database> db);
  const std::filesystem::path file_;
  const std::size_t size_;
  OpenOptions options_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Database>> idle_;
  std::size_t out_ = 0;
};

}  // namespace picket::sql
