#include "onepassword_simulator/event_log.h"

#include <algorithm>
#include <cmath>

namespace picket::onepassword_simulator {

EventLog::EventLog(std::shared_ptr<const Generator> generator, StreamKind kind)
    : generator_(std::move(generator)), kind_(kind), next_index_(generator_->timeline().events()) {
  if (next_index_ > 0) add({.source = Segment::Source::kBacklog, .count = next_index_, .at = {}});
}

void EventLog::add(Segment segment) {
  segment.first = size_;
  size_ += segment.count;
  segments_.push_back(segment);
}

void EventLog::tell(const Segment& segment, std::uint64_t from) const {
  if (!watcher_) return;
  std::string record;
  for (std::uint64_t position = from; position < segment.first + segment.count; ++position) {
    record.clear();
    record_of(record, ApiVersion::kV2, segment, position);
    watcher_(position, uuid_of(segment, position), record);
  }
}

void EventLog::advance(TimePoint now, double rate, Micros skew) {
  {
    const std::shared_lock lock(mutex_);
    const bool due = rate_ > 0 && std::chrono::duration<double>(now - counted_to_).count() * rate_ >= 1.0;
    if (rate == rate_ && !due) return;
  }
  const std::unique_lock lock(mutex_);
  if (rate_ > 0 && now > counted_to_) {
    const auto due =
        static_cast<std::uint64_t>(std::chrono::duration<double>(now - counted_to_).count() * rate_);
    const auto step_ns = static_cast<std::int64_t>(1e9 / rate_);
    if (due > 0) {
      append_generated_locked(counted_to_ + skew + Micros(step_ns / 1000), step_ns, due);
      counted_to_ += Micros(static_cast<std::int64_t>(due) * step_ns / 1000);
    }
  }
  if (rate == rate_) return;
  rate_ = rate;
  counted_to_ = now;
}

void EventLog::append_generated(TimePoint first, Micros step, std::uint64_t count) {
  const std::unique_lock lock(mutex_);
  append_generated_locked(first, step.count() * 1000, count);
}

void EventLog::append_generated_locked(TimePoint first, std::int64_t step_ns, std::uint64_t count) {
  if (count == 0) return;
  if (!segments_.empty()) {
    // the living stream stays one segment as long as nothing comes between
    Segment& last = segments_.back();
    const auto expected = last.at + Micros(static_cast<std::int64_t>(last.count) * last.step_ns / 1000);
    const auto off = first > expected ? first - expected : expected - first;
    if (last.source == Segment::Source::kLive && last.step_ns == step_ns && step_ns > 0 &&
        off < Micros(step_ns / 1000 / 2 + 1)) {
      const std::uint64_t from = last.first + last.count;
      last.count += count;
      next_index_ += count;
      size_ += count;
      return tell(last, from);
    }
  }
  add({.source = Segment::Source::kLive,
       .count = count,
       .index = next_index_,
       .at = first,
       .step_ns = step_ns});
  next_index_ += count;
  tell(segments_.back(), segments_.back().first);
}

bool EventLog::append_again(std::uint64_t position, std::uint64_t salt) {
  const std::unique_lock lock(mutex_);
  if (position >= size_) return false;
  const Segment& of = segment_of(position);
  if (of.source == Segment::Source::kLiteral) {
    Segment copy = of;
    copy.count = 1;
    add(copy);
  } else {
    const auto event = event_of(of, position);
    add({.source = Segment::Source::kAgain,
         .count = 1,
         .index = event.index,
         .at = event.arrived,
         .salt = salt});
  }
  tell(segments_.back(), segments_.back().first);
  return true;
}

void EventLog::append_literal(std::string uuid, TimePoint timestamp, std::string record) {
  const std::unique_lock lock(mutex_);
  literals_.push_back({std::move(uuid), std::move(record), timestamp});
  add({.source = Segment::Source::kLiteral, .count = 1, .at = {}, .literal = literals_.size() - 1});
  tell(segments_.back(), segments_.back().first);
}

const EventLog::Segment& EventLog::segment_of(std::uint64_t position) const {
  const auto after = std::upper_bound(segments_.begin(), segments_.end(), position,
                                      [](std::uint64_t at, const Segment& s) { return at < s.first; });
  return *(after - 1);
}

Generator::Event EventLog::event_of(const Segment& segment, std::uint64_t position) const {
  const std::uint64_t offset = position - segment.first;
  if (segment.source == Segment::Source::kBacklog) {
    const std::uint64_t index = segment.index + offset;
    return {index, generator_->timeline().at(index), 0};
  }
  const auto later = Micros(static_cast<std::int64_t>(offset) * segment.step_ns / 1000);
  return {segment.index + offset, segment.at + later, segment.salt};
}

TimePoint EventLog::timestamp_of(const Segment& segment, std::uint64_t position) const {
  if (segment.source == Segment::Source::kLiteral) return literals_[segment.literal].timestamp;
  return generator_->timestamp(kind_, event_of(segment, position));
}

std::string EventLog::uuid_of(const Segment& segment, std::uint64_t position) const {
  if (segment.source == Segment::Source::kLiteral) return literals_[segment.literal].uuid;
  return generator_->uuid(kind_, segment.index + (position - segment.first));
}

void EventLog::record_of(std::string& out, ApiVersion version, const Segment& segment,
                         std::uint64_t position) const {
  if (segment.source == Segment::Source::kLiteral)
    out += literals_[segment.literal].record;
  else
    generator_->append(out, kind_, version, event_of(segment, position));
}

EventLog::Rendered EventLog::render(std::string& out, ApiVersion version, const Window& window) const {
  const std::shared_lock lock(mutex_);
  Rendered page;
  page.next = std::min(window.position, size_);
  while (page.next < size_ && page.ends.size() < window.limit) {
    const Segment& segment = segment_of(page.next);
    const std::uint64_t end = segment.first + segment.count;
    for (; page.next < end && page.ends.size() < window.limit; ++page.next) {
      const TimePoint timestamp = timestamp_of(segment, page.next);
      if (timestamp < window.horizon || timestamp >= window.until) continue;
      if (page.next < window.snapshot && timestamp < window.since) continue;
      if (!page.ends.empty()) out += ',';
      record_of(out, version, segment, page.next);
      page.ends.push_back(out.size());
      page.positions.push_back(page.next);
    }
  }
  page.more = page.next < size_;
  return page;
}

std::uint64_t EventLog::size() const {
  const std::shared_lock lock(mutex_);
  return size_;
}

std::string EventLog::uuid_at(std::uint64_t position) const {
  const std::shared_lock lock(mutex_);
  return position < size_ ? uuid_of(segment_of(position), position) : std::string();
}

std::string EventLog::record_at(std::uint64_t position) const {
  const std::shared_lock lock(mutex_);
  std::string out;
  if (position < size_) record_of(out, ApiVersion::kV2, segment_of(position), position);
  return out;
}

std::uint64_t EventLog::start_position(TimePoint since) const {
  const std::shared_lock lock(mutex_);
  for (const Segment& segment : segments_) {
    if (segment.source == Segment::Source::kBacklog) {
      // late events are older than their place, so none before this place can be young enough
      const std::uint64_t offset = generator_->timeline().first_from(since);
      if (offset < segment.count) return segment.first + offset;
    } else if (segment.source == Segment::Source::kLive && segment.step_ns > 0) {
      const auto missing = std::chrono::nanoseconds(since - segment.at).count();
      const auto offset = missing <= 0 ? 0 : static_cast<std::uint64_t>(missing / segment.step_ns);
      if (offset < segment.count) return segment.first + offset;
    } else if (timestamp_of(segment, segment.first) >= since) {
      return segment.first;
    }
  }
  return size_;
}

void EventLog::for_each(const Watcher& visit) const {
  const std::shared_lock lock(mutex_);
  std::string record;
  for (const Segment& segment : segments_)
    for (std::uint64_t position = segment.first; position < segment.first + segment.count; ++position) {
      record.clear();
      record_of(record, ApiVersion::kV2, segment, position);
      visit(position, uuid_of(segment, position), record);
    }
}

}  // namespace picket::onepassword_simulator
