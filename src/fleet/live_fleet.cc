#include "fleet/live_fleet.h"

#include <algorithm>

#include "fleet/entry.h"

namespace picket::fleet {
using namespace std::chrono_literals;
using control::Device;
using control::StreamState;

namespace {
/// Aged views that one call of `devices` builds anew; the rest keep their sentences a little longer.
constexpr int kRefreshesACall = 500;
constexpr auto kViewAge = 1000ms;
}  // namespace

struct LiveFleet::Hub {
  using List = std::vector<std::pair<std::uint64_t, Listener>>;
  std::mutex mutex;
  std::uint64_t next = 1;
  std::shared_ptr<const List> list = std::make_shared<List>();
};

LiveFleet::LiveFleet(const Parts& parts, Technologies technologies, std::chrono::seconds poll_interval)
    : parts_(parts),
      technologies_(std::move(technologies)),
      poll_interval_(poll_interval),
      hub_(std::make_shared<Hub>()) {}
LiveFleet::~LiveFleet() = default;

std::shared_ptr<LiveFleet::Entry> LiveFleet::entry(const std::string& device_id) const {
  const std::shared_lock lock(map_mutex_);
  const auto found = by_id_.find(device_id);
  return found == by_id_.end() ? nullptr : found->second;
}

std::vector<DeviceViewPtr> LiveFleet::devices(const std::string& organization_id) const {
  std::vector<std::shared_ptr<Entry>> entries;
  {
    const std::shared_lock lock(map_mutex_);
    if (const auto found = by_organization_.find(organization_id); found != by_organization_.end())
      entries = found->second;
  }
  std::vector<DeviceViewPtr> views;
  views.reserve(entries.size());
  const SteadyPoint now = parts_.clock.steady();
  int refreshes = 0;
  for (const auto& e : entries) {
    const std::lock_guard lock(e->mutex);
    const bool aged = now - e->built_at > kViewAge;
    if (e->dirty || !e->view || (aged && refreshes++ < kRefreshesACall)) build(*e);
    views.push_back(e->view);
  }
  return views;
}

DeviceViewPtr LiveFleet::device(const std::string& organization_id, const std::string& id) const {
  const auto e = entry(id);
  if (!e) return nullptr;
  const std::lock_guard lock(e->mutex);
  if (e->device->organization_id != organization_id) return nullptr;
  return view(*e, kViewAge);
}

DeviceViewPtr LiveFleet::refreshed(const DeviceViewPtr& old) const {
  if (!old) return nullptr;
  const DeviceViewPtr fresh = device(old->device.organization_id, old->device.id);
  return fresh ? fresh : old;
}

DeviceViewPtr LiveFleet::view(Entry& e, std::chrono::milliseconds max_age) const {
  if (!e.dirty && e.view && parts_.clock.steady() - e.built_at <= max_age) return e.view;
  return build(e);
}

Verdict LiveFleet::judge(const Entry& e, std::span<const Step* const> steps) const {
  std::vector<StreamFacts> streams(e.streams.size());
  const SteadyPoint steady = parts_.clock.steady();
  for (std::size_t i = 0; i < streams.size(); ++i) {
    const auto& own = e.streams[i];
    streams[i] = {&own.state, own.title, own.next_poll_at, own.awaiting, own.pace.left(own.state, steady), own.unreadable_at};
    for (const Step* step : steps) {
      if (step->state.stream != own.state.stream) continue;
      streams[i].state = &step->state;
      streams[i].next_poll_at = step->next_poll_at;
      streams[i].awaiting = false;
      if (step->unreadable > 0) streams[i].unreadable_at = step->state.last_data_received_at;
    }
  }
  Facts facts;
  facts.device = e.device.get();
  facts.previous = &e.shown;
  facts.vendor = &e.technology->vendor;
  facts.streams = streams;
  facts.previous_streams = e.shown_streams;
  facts.now = parts_.clock.now();
  facts.watching_since = e.watching_since;
  facts.poll_interval = poll_interval_;
  std::string trouble;
  {
    const std::shared_lock lock(map_mutex_);
    trouble = trouble_;
  }
  facts.disk_trouble = trouble;
  facts.usual = e.usual.get();
  return assess(facts);
}

/// Streams share the limits of their token: where the vendor asked one to wait, none is polled before that.
std::optional<TimePoint> LiveFleet::held_until(const Entry& e) {
  std::optional<TimePoint> until;
  for (const auto& own : e.streams)
    if (own.state.consecutive_failures > 0 && own.state.last_error_code == "rate_limited" && own.next_poll_at)
      until = std::max(until.value_or(TimePoint::min()), *own.next_poll_at);
  return until;
}

DeviceViewPtr LiveFleet::build(Entry& e) const {
  e.show(judge(e, {}));
  auto made = std::make_shared<DeviceView>();
  const TimePoint now = parts_.clock.now();
  const SteadyPoint steady = parts_.clock.steady();
  made->device = *e.device;
  made->device.health = e.shown;
  if (e.device->paused && e.device->paused_at) made->device.status_updated_at = e.device->paused_at;
  made->verifying = !e.shown.status.has_value();
  const auto later = [](std::optional<TimePoint>& a, const std::optional<TimePoint>& b) {
    if (b && (!a || *b > *a)) a = b;
  };
  const auto held = held_until(e);
  for (std::size_t i = 0; i < e.streams.size(); ++i) {
    const auto& own = e.streams[i];
    StreamView stream;
    stream.state = own.state;
    stream.title = own.title;
    stream.health = e.shown_streams[i];
    if (!e.device->paused && e.device->credential) stream.next_poll_at = own.next_poll_at;
    if (held && stream.next_poll_at) stream.next_poll_at = std::max(*stream.next_poll_at, *held);
    const auto totals = parts_.store.totals(e.key(own));  // from memory, as the next one
    stream.events_total = totals ? totals->events : 0;
    made->bytes_total += totals ? totals->raw_bytes : 0;
    stream.events_unreadable = totals ? totals->unreadable : 0;
    stream.events_24h = stream.events_total == 0 ? 0 : parts_.store.last_24h(e.key(own), now);
    if (own.state.backfill) {
      stream.backfill_percent = backfill_fraction(*own.state.backfill) * 100;
      stream.backfill_events_per_second = own.pace.events_per_second(own.state, steady);
      stream.backfill_left = own.pace.left(own.state, steady);
    }
    later(made->last_successful_poll_at, own.state.last_successful_poll_at);
    later(made->last_data_received_at, own.state.last_data_received_at);
    later(made->newest_event_at, own.state.newest_event_at);
    if (stream.next_poll_at && (!made->next_poll_at || *stream.next_poll_at < *made->next_poll_at))
      made->next_poll_at = stream.next_poll_at;
    made->events_24h += stream.events_24h;
    made->streams.push_back(std::move(stream));
  }
  if (e.usual) made->usual_24h = usual_day(*e.usual, now);
  e.view = std::move(made);
  e.built_at = steady;
  e.dirty = false;
  return e.view;
}

void LiveFleet::install(const Device& device, std::vector<StreamState> states) {
  static const Technology kUnknown;
  const auto old = entry(device.id);
  auto fresh = std::make_shared<Entry>();
  fresh->device = std::make_shared<const Device>(device);
  const auto technology = technologies_.find(device.plugin_slug);
  fresh->technology = technology == technologies_.end() ? &kUnknown : &technology->second;
  fresh->recorded = fresh->shown = device.health;
  fresh->watching_since = parts_.clock.now();
  fresh->take_streams(std::move(states));
  if (old) {
    const std::lock_guard lock(old->mutex);
    fresh->continue_from(*old);
  }
  const std::unique_lock lock(map_mutex_);
  by_id_[device.id] = fresh;
  auto& list = by_organization_[device.organization_id];
  const auto place = std::find(list.begin(), list.end(), old);
  if (old && place != list.end())
    *place = fresh;
  else
    list.push_back(fresh);
}

Status LiveFleet::load() {
  const auto lock = writing();
  PICKET_ASSIGN(auto devices, parts_.control.all_devices());
  PICKET_ASSIGN(auto states, parts_.control.all_streams());
  std::unordered_map<std::string, std::vector<StreamState>> by_device;
  for (auto& state : states) by_device[state.device_id].push_back(std::move(state));
  for (const auto& device : devices) install(device, std::move(by_device[device.id]));
  return {};
}

Result<std::optional<Device>> LiveFleet::read(const std::string& device_id) const {
  std::vector<std::string> organizations;
  if (const auto known = entry(device_id)) {
    const std::lock_guard lock(known->mutex);
    organizations.push_back(known->device->organization_id);
  } else {
    PICKET_ASSIGN(const auto all, parts_.control.organizations());
    for (const auto& o : all) organizations.push_back(o.id);
  }
  for (const auto& organization : organizations) {
    auto device = parts_.control.device(organization, device_id);
    if (device) return device->deleted_at ? std::optional<Device>() : std::optional<Device>(std::move(*device));
    if (device.error().kind != ErrorKind::kNotFound) return fail(std::move(device).error());
  }
  return std::optional<Device>();
}

Status LiveFleet::reload(const std::string& device_id) {
  const auto lock = writing();
  PICKET_ASSIGN(const auto device, read(device_id));
  Notice notice;
  notice.device_id = device_id;
  if (!device) {
    const auto gone = entry(device_id);
    if (!gone) return {};
    notice.kind = Notice::Kind::kDeleted;
    notice.organization_id = gone->device->organization_id;
    {
      const std::unique_lock map_lock(map_mutex_);
      by_id_.erase(device_id);
      std::erase(by_organization_[notice.organization_id], gone);
    }
    if (changed_) changed_(device_id, nullptr);
    tell(notice);
    return {};
  }
  PICKET_ASSIGN(auto states, parts_.control.streams(device_id));
  const Snapshot snapshot{std::make_shared<const Device>(*device), states};
  install(*device, std::move(states));
  if (changed_) changed_(device_id, &snapshot);
  const auto e = entry(device_id);
  const Status recorded = record_verdict(*e);
  notice.organization_id = device->organization_id;
  notice.kind = Notice::Kind::kDevice;
  {
    const std::lock_guard entry_lock(e->mutex);
    notice.device = build(*e);
    e->told_at = parts_.clock.steady();
  }
  tell(notice);
  notice.kind = Notice::Kind::kHistory;
  notice.device.reset();
  tell(notice);
  return recorded;
}

/// What follows from a person's change at once (no token any more, say) goes into the history now, not at the next tick.
Status LiveFleet::record_verdict(Entry& e) {
  control::HealthCommit commit;
  {
    const std::lock_guard lock(e.mutex);
    Verdict verdict = judge(e, {});
    auto found = e.to_record(verdict);
    e.show(std::move(verdict));
    if (!found) return {};
    commit = std::move(*found);
  }
  const TimePoint now = parts_.clock.now();
  PICKET_ASSIGN([[maybe_unused]] const auto refused, parts_.control.commit({}, std::span(&commit, 1), now));
  const std::lock_guard lock(e.mutex);
  e.record(commit, now);
  return {};
}

std::vector<LiveFleet::Snapshot> LiveFleet::snapshots() const {
  std::vector<std::shared_ptr<Entry>> entries;
  {
    const std::shared_lock lock(map_mutex_);
    for (const auto& [id, e] : by_id_) entries.push_back(e);
  }
  std::vector<Snapshot> all;
  all.reserve(entries.size());
  for (const auto& e : entries) {
    const std::lock_guard lock(e->mutex);
    Snapshot snapshot{e->device, {}};
    for (const auto& own : e->streams) snapshot.streams.push_back(own.state);
    all.push_back(std::move(snapshot));
  }
  return all;
}

LiveFleet::Plan LiveFleet::plan(std::span<const Step> steps) const {
  Plan plan;
  std::unordered_map<std::string_view, std::size_t> places;
  for (const auto& step : steps) {
    const auto [place, first] = places.try_emplace(step.state.device_id, plan.items.size());
    if (first) plan.items.push_back({entry(step.state.device_id), {}, {}, {}});
    plan.items[place->second].steps.push_back(&step);
  }
  std::erase_if(plan.items, [](const auto& item) { return item.entry == nullptr; });
  for (auto& item : plan.items) {
    const std::lock_guard lock(item.entry->mutex);
    item.verdict = judge(*item.entry, item.steps);
    item.record = item.entry->to_record(item.verdict);
    if (item.record) plan.commits.push_back(*item.record);
  }
  return plan;
}

LiveFleet::Plan LiveFleet::plan_by_time(std::size_t first, std::size_t count, std::size_t& total) const {
  std::vector<std::shared_ptr<Entry>> chosen;
  {
    const std::shared_lock lock(map_mutex_);
    total = by_id_.size();
    std::size_t index = 0;
    for (const auto& [id, e] : by_id_) {
      if (index >= first && index < first + count) chosen.push_back(e);
      ++index;
    }
  }
  Plan plan;
  for (const auto& e : chosen) {
    const std::lock_guard lock(e->mutex);
    Verdict verdict = judge(*e, {});
    auto record = e->to_record(verdict);
    if (!record) continue;
    plan.commits.push_back(*record);
    plan.items.push_back({e, std::move(verdict), {}, std::move(record)});
  }
  return plan;
}

void LiveFleet::apply(const Plan& plan, TimePoint at) {
  using Kind = Notice::Kind;
  const SteadyPoint steady = parts_.clock.steady();
  std::vector<Notice> notices;
  for (const auto& [e, verdict, steps, record] : plan.items) {
    const std::lock_guard lock(e->mutex);
    const auto device = e->device;  // replaced below
    const std::string &organization = device->organization_id, &id = device->id;
    std::uint64_t added = 0;
    for (const Step* step : steps) {
      if (!e->step(*step, steady)) continue;
      added += step->added;
      if (step->added > 0) notices.push_back({Kind::kEvents, organization, id, nullptr, step->state.stream, step->added});
    }
    const bool changed = e->told.code != verdict.device.code || e->told.level != verdict.device.level;
    e->show(verdict);
    if (record) {
      e->record(*record, at);
      notices.push_back({Kind::kHistory, organization, id, nullptr, "", 0});
    }
    // clocks alone are not worth telling every second
    const auto pause = added > 0 ? std::chrono::milliseconds(1000) : std::chrono::milliseconds(10'000);
    if (!changed && steady - e->told_at < pause) continue;
    e->told = verdict.device;
    e->told_at = steady;
    notices.push_back({Kind::kDevice, organization, id, build(*e), "", 0});
  }
  for (const auto& notice : notices) tell(notice);
}

void LiveFleet::set_trouble(const std::string& sentence) {
  std::vector<std::shared_ptr<Entry>> entries;
  {
    const std::unique_lock lock(map_mutex_);
    if (trouble_ == sentence) return;
    trouble_ = sentence;
    for (const auto& [id, e] : by_id_) entries.push_back(e);
  }
  for (const auto& e : entries) {
    const std::lock_guard lock(e->mutex);
    e->dirty = true;
    if (sentence.empty()) e->watching_since = parts_.clock.now();  // standing still was not the vendor's fault
  }
}

std::vector<std::pair<std::string, std::string>> LiveFleet::ids() const {
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& snapshot : snapshots()) all.emplace_back(snapshot.device->organization_id, snapshot.device->id);
  return all;
}

void LiveFleet::set_usual(const std::string& device_id, std::shared_ptr<const Usual> usual) {
  const auto e = entry(device_id);
  if (!e) return;
  const std::lock_guard lock(e->mutex);
  e->usual = std::move(usual);
  e->dirty = true;
}

std::shared_ptr<void> LiveFleet::subscribe(Listener listener) {
  const auto hub = hub_;
  std::uint64_t id = 0;
  {
    const std::lock_guard lock(hub->mutex);
    id = hub->next++;
    auto list = std::make_shared<Hub::List>(*hub->list);
    list->emplace_back(id, std::move(listener));
    hub->list = std::move(list);
  }
  return std::shared_ptr<void>(nullptr, [hub, id](void*) {
    const std::lock_guard lock(hub->mutex);
    auto list = std::make_shared<Hub::List>(*hub->list);
    std::erase_if(*list, [id](const auto& l) { return l.first == id; });
    hub->list = std::move(list);
  });
}

void LiveFleet::tell(const Notice& notice) const {
  std::shared_ptr<const Hub::List> list;
  {
    const std::lock_guard lock(hub_->mutex);
    list = hub_->list;
  }
  for (const auto& [id, listener] : *list) listener(notice);
}

}  // namespace picket::fleet
