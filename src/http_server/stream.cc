#include "http_server/stream.h"

namespace picket::http_server {

void StreamCore::wake(std::unique_lock<std::mutex>& lock) {
  if (notified_ || lost_) return;
  notified_ = true;
  const auto notify = notify_;
  lock.unlock();
  notify();
}

bool StreamCore::write(std::string_view bytes) {
  std::unique_lock lock(mutex_);
  if (lost_ || ended_ || !room_for(bytes.size())) return false;
  pending_.append(bytes);
  wake(lock);
  return true;
}

bool StreamCore::write_wait(std::string_view bytes, std::chrono::milliseconds patience,
                            std::stop_token stop) {
  std::unique_lock lock(mutex_);
  const auto ready = [&] { return lost_ || ended_ || room_for(bytes.size()); };
  if (!room_.wait_for(lock, stop, patience, ready) || lost_ || ended_) return false;
  pending_.append(bytes);
  wake(lock);
  return true;
}

void StreamCore::close() {
  std::unique_lock lock(mutex_);
  if (ended_) return;
  ended_ = true;
  room_.notify_all();
  wake(lock);
}

void StreamCore::abort() {
  std::unique_lock lock(mutex_);
  if (aborted_) return;
  ended_ = true;
  aborted_ = true;
  notified_ = false;  // also when a slow write keeps the connection from what was told before
  room_.notify_all();
  wake(lock);
}

bool StreamCore::gone() const {
  const std::lock_guard lock(mutex_);
  return lost_ || ended_;
}

std::size_t StreamCore::buffered() const {
  const std::lock_guard lock(mutex_);
  return pending_.size() + in_flight_;
}

bool StreamCore::aborted() const {
  const std::lock_guard lock(mutex_);
  return aborted_;
}

StreamCore::Taken StreamCore::take() {
  const std::lock_guard lock(mutex_);
  notified_ = false;
  Taken taken{std::move(pending_), ended_};
  pending_.clear();
  in_flight_ += taken.bytes.size();
  return taken;
}

void StreamCore::sent(std::size_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    in_flight_ -= bytes;
  }
  room_.notify_all();
}

void StreamCore::lost() {
  {
    const std::lock_guard lock(mutex_);
    lost_ = true;
    pending_.clear();
  }
  room_.notify_all();
}

namespace {

class Holder final : public Stream {
 public:
  explicit Holder(std::shared_ptr<StreamCore> core) : core_(std::move(core)) {}
  ~Holder() override { core_->close(); }
  bool write(std::string_view bytes) override { return core_->write(bytes); }
  bool write_wait(std::string_view bytes, std::chrono::milliseconds patience, std::stop_token stop) override {
    return core_->write_wait(bytes, patience, std::move(stop));
  }
  void close() override { core_->close(); }
  void abort() override { core_->abort(); }
  bool gone() const override { return core_->gone(); }
  std::size_t buffered() const override { return core_->buffered(); }

 private:
  const std::shared_ptr<StreamCore> core_;
};

}  // namespace

std::shared_ptr<Stream> make_stream(std::shared_ptr<StreamCore> core) {
  return std::make_shared<Holder>(std::move(core));
}

}  // namespace picket::http_server
