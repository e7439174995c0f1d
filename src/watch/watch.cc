#include "watch/watch.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <set>

#include "detect/problem.h"
#include "obs/log.h"
#include "obs/metrics.h"
#include "watch/captures.h"
#include "watch/ocsf.h"
#include "watch/windows.h"

namespace picket::watch {
namespace {
using namespace std::chrono_literals;

constexpr Micros kKept = std::chrono::hours(24 * 31);  ///< signals of no alert
constexpr std::size_t kHeldPrograms = 64;

/// Whom or what a match is about: the person, else the address.
std::string_view subject_of(const model::EventView& view) {
  return !view.actor_uid.empty() ? view.actor_uid : !view.actor_email.empty() ? view.actor_email : view.source_ip;
}

void tell_problems(const std::vector<detect::Problem>& problems, bool warnings) {
  for (const auto& problem : problems)
    if (warnings || problem.severity == detect::Problem::Severity::kError) PICKET_LOG_WARN("watch", "{}", detect::to_text(problem));
}

}  // namespace

struct Watch::Listeners {
  std::mutex mutex;
  std::map<int, Listener> all;  ///< guarded by mutex
  int last = 0;
};

std::shared_ptr<void> Watch::subscribe(Listener listener) {
  const std::lock_guard lock(listeners_->mutex);
  const int id = ++listeners_->last;
  listeners_->all.emplace(id, std::move(listener));
  return {nullptr, [listeners = listeners_, id](void*) {
            const std::lock_guard inner(listeners->mutex);
            listeners->all.erase(id);
          }};
}

void Watch::tell(const News& news) {
  const std::lock_guard lock(listeners_->mutex);  // whoever ends a subscription knows that it is over
  for (const auto& [id, listener] : listeners_->all) listener(news);
}

detect::Matcher& Eye::matcher(const std::shared_ptr<const detect::Program>& program) {
  for (Held& held : held_)
    if (held.program == program) return held.matcher;
  if (held_.size() >= kHeldPrograms) held_.erase(held_.begin());
  return held_.emplace_back(Held{program, detect::Matcher(program)}).matcher;
}

Watch::Watch(const Parts& parts, Options options) : parts_(parts), options_(std::move(options)), folder_(options_.folders, options_.placeholders), listeners_(std::make_shared<Listeners>()) {
  for (const auto& connector : parts_.connectors.all()) {
    for (const auto& stream : connector->streams()) {
      services_.emplace_back(stream.product, stream.service);
      const auto names = connector->ocsf_names(stream.name);
      auto& known = ocsf_names_[services_.back()];
      known.insert(known.end(), names.begin(), names.end());
      std::sort(known.begin(), known.end());
    }
    for (const auto& rule : connector->rules())
      shipped_.push_back({Origin::kShipped, connector->slug() + "/" + std::string(rule.file), connector->slug(), std::string(rule.text)});
  }
  std::sort(services_.begin(), services_.end());
  services_.erase(std::unique(services_.begin(), services_.end()), services_.end());
}

Watch::~Watch() = default;

Result<std::unique_ptr<Watch>> Watch::open(const Parts& parts, Options options) {
  std::unique_ptr<Watch> out(new Watch(parts, std::move(options)));
  std::shared_ptr<const Book> base;
  {
    const std::lock_guard lock(out->making_);
    PICKET_TRY(out->folder_.read());
    base = out->base_book();
  }
  PICKET_ASSIGN(const auto organizations, parts.control.organizations());
  for (const auto& organization : organizations) PICKET_TRY(out->reload(organization.id));
  PICKET_LOG_INFO("watch", "{} detection rules watch {} kinds of events", base->rules().rules().size(), out->services_.size());
  return out;
}

void Watch::start() {
  thread_ = std::jthread([this](std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, stop, 2s, [&stop] { return stop.stop_requested(); })) tick();
  });
}

void Watch::tick() {
  bool other = false;
  {
    const std::lock_guard lock(making_);
    other = folder_.changed();
    if (other) {
      if (const Status read = folder_.read(); !read) {
        PICKET_LOG_WARN("watch", "{} The rules that are in force stay.", read.error().message);
        other = false;
      } else {
        stale_ = true;
      }
    }
  }
  if (other) {
    std::vector<std::string> organizations;
    {
      const std::shared_lock lock(mutex_);
      for (const auto& [id, ruling] : rulings_) organizations.push_back(id);
    }
    for (const auto& id : organizations)
      if (const Status done = reload(id); !done) PICKET_LOG_WARN("watch", "Rules could not be put in force: {}", done.error().message);
    PICKET_LOG_INFO("watch", "The rules in the folder, or the lists that rules ask for, changed and are in force.");
  }
  const TimePoint now = parts_.clock.now();
  if (now - swept_at_ < 1h) return;
  swept_at_ = now;
  Micros kept = kKept;
  {
    const std::shared_lock lock(mutex_);
    for (const auto& [id, ruling] : rulings_) kept = std::max(kept, ruling->book->history_needed() + options_.limits.lateness + Micros(24h));
  }
  if (const Status swept = parts_.control.detections().sweep_signals(now - kept); !swept)
    PICKET_LOG_WARN("watch", "Old matches could not be dropped: {}", swept.error().message);
}

std::vector<std::string> Watch::waiting() const {
  std::vector<std::string> out;
  const std::shared_lock lock(mutex_);
  for (const auto& [id, ruling] : rulings_)
    if (ruling->book->waits()) out.push_back(id);
  return out;
}

std::vector<Source> Watch::base_sources() const {
  std::vector<Source> out = shipped_;
  out.insert(out.end(), folder_.sources().begin(), folder_.sources().end());
  return out;
}

std::shared_ptr<const Book> Watch::make_book(const std::vector<Source>& sources, const Book::Files& in_force, const Book* before,
                                             const detect::Placeholders& placeholders) const {
  return Book::make({.sources = sources, .services = services_, .names = ocsf_names_, .in_force = in_force, .before = before, .placeholders = placeholders});
}

std::shared_ptr<const Book> Watch::base_book() {
  if (stale_) {
    const std::vector<Source> sources = base_sources();
    const Book::Files in_force = base_ != nullptr ? base_->files() : files_at_start(sources);
    base_ = make_book(sources, in_force, base_.get(), folder_.placeholders());
    stale_ = false;
    tell_problems(base_->problems(), false);
    tell_problems(folder_.problems(), true);
  }
  return base_;
}

Book::Files Watch::files_at_start(const std::vector<Source>& sources) const {
  Book::Files out;
  const auto organizations = parts_.control.organizations();
  if (!organizations) return out;  // who opens us is told of it
  std::set<std::string_view> shared;
  for (const Source& source : sources) shared.insert(source.file);
  for (const auto& organization : *organizations)
    for (const auto& [key, file] : files_in_force(organization.id))
      if (shared.contains(file)) out.emplace(key, file);
  return out;
}

Book::Files Watch::files_in_force(const std::string& organization_id) const {
  if (const RulingPtr now = held(organization_id)) return now->book->files();
  Book::Files out;
  if (const auto states = parts_.control.detections().rule_states(organization_id))
    for (const auto& state : *states)
      if (!state.gone_at) out.emplace(state.key, state.file);
  return out;
}

Result<RulingPtr> Watch::make_ruling(const std::string& organization_id) {
  PICKET_ASSIGN(const auto own, parts_.control.detections().own_rules(organization_id));
  auto out = std::make_shared<Ruling>();
  for (const auto& rule : own) out->own.emplace_back(rule.id, rule.version);
  out->base = out->book = base_book();
  const RulingPtr before = held(organization_id);
  if (before != nullptr && before->base == out->base && before->own == out->own) {
    out->book = before->book;  // only a decision changed
  } else if (!own.empty()) {
    std::vector<Source> sources = base_sources();
    for (const auto& rule : own) sources.push_back({Origin::kOwn, rule.id, {}, rule.text});
    out->book = make_book(sources, files_in_force(organization_id), before != nullptr ? before->book.get() : out->base.get(), folder_.placeholders());
  }
  out->problems = out->book->problems();
  out->problems.insert(out->problems.end(), folder_.problems().begin(), folder_.problems().end());
  out->problem_lines = out->book->problem_lines();
  out->problem_lines.resize(out->problems.size());  // what is wrong with a folder has no line
  std::vector<control::KnownRule> known;
  for (std::size_t i = 0; i < out->book->entries().size(); ++i) {
    const Entry& entry = out->book->entries()[i];
    const detect::Rule& rule = out->book->rules().rules()[i].rule;
    known.push_back({.key = entry.key,
                     .title = rule.title,
                     .digest = entry.digest,
                     .on_probation = entry.origin != Origin::kShipped,
                     .meaning = entry.meaning,
                     .filters = entry.filters,
                     .file = rule.file,
                     .own = entry.origin == Origin::kOwn,
                     .through_others = entry.through_others});
  }
  PICKET_ASSIGN(auto states, parts_.control.detections().know_rules(organization_id, known, options_.probation, parts_.clock.now()));
  std::unordered_map<std::string_view, control::RuleState*> by_key;
  for (auto& state : states) by_key.emplace(state.key, &state);
  for (const auto& rule : known) out->states.push_back(*by_key.at(rule.key));
  return out;
}

Status Watch::reload(const std::string& organization_id) {
  {
    // From reading what was decided to putting it in force: of two at once, the older must not come last.
    const std::lock_guard making(making_);
    PICKET_ASSIGN(auto ruling, make_ruling(organization_id));
    const std::unique_lock lock(mutex_);
    rulings_[organization_id] = std::move(ruling);
  }
  tell({organization_id, true, false});
  return {};
}

RulingPtr Watch::held(const std::string& organization_id) const {
  const std::shared_lock lock(mutex_);
  const auto found = rulings_.find(organization_id);
  return found == rulings_.end() ? nullptr : found->second;
}

RulingPtr Watch::ruling(const std::string& organization_id) {
  if (auto known = held(organization_id)) return known;
  // an organization that was made while we run
  if (!parts_.control.organization(organization_id) || !reload(organization_id)) return nullptr;
  return held(organization_id);
}

Result<std::shared_ptr<const Book>> Watch::draft(const std::string& organization_id, const std::string& own_rule_id, const std::string& text) {
  PICKET_ASSIGN(const auto own, parts_.control.detections().own_rules(organization_id));
  const RulingPtr now = ruling(organization_id);
  std::vector<Source> sources;
  detect::Placeholders filled;
  {
    const std::lock_guard lock(making_);
    sources = base_sources();
    filled = folder_.placeholders();
  }
  for (const auto& rule : own)
    if (rule.id != own_rule_id) sources.push_back({Origin::kOwn, rule.id, {}, rule.text});
  sources.push_back({Origin::kOwn, own_rule_id, {}, text});
  return make_book(sources, files_in_force(organization_id), now != nullptr ? now->book.get() : nullptr, filled);
}

Sight Watch::look(Eye& eye, const std::string& organization_id, const connector::Connector& connector, std::string_view stream,
                  std::span<const store::NewEvent> events) {
  static obs::Counter& odd = obs::counter("picket_detect_unread_total", "Records that rules could not be tried on.");
  Sight out;
  out.ruling = ruling(organization_id);
  if (out.ruling == nullptr) return out;
  const auto info = std::find_if(connector.streams().begin(), connector.streams().end(), [&](const auto& s) { return s.name == stream; });
  if (info == connector.streams().end()) return out;
  const Book& book = *out.ruling->book;
  const auto& program = book.program({info->product, info->service});
  if (program == nullptr) return out;
  detect::Matcher& matcher = eye.matcher(program);
  OcsfContext context(connector, stream);
  std::string packed;
  for (std::uint32_t i = 0; i < events.size(); ++i) {
    if (events[i].view.unreadable) continue;
    context.set(events[i].raw, events[i].view);
    const auto matches = matcher.match(events[i].raw, &context);
    if (!matches) {
      odd.add();
      continue;
    }
    for (const detect::Match& match : *matches) {
      if (!out.ruling->states[match.rule].enabled) continue;
      Hit& hit = out.hits.emplace_back();
      hit.event = i;
      hit.rule = match.rule;
      hit.time = events[i].view.time;
      pack(book.entries()[match.rule].shape, book.rules().rules()[match.rule].compared, matcher.captures(match), packed);
      hit.captures = packed;  // of the right size at once
      if (out.events.empty() || out.events.back() != i) out.events.push_back(i);
    }
  }
  for (Hit& hit : out.hits)
    if (book.entries()[hit.rule].alerts) hit.subject = subject_of(events[hit.event].view);
  return out;
}

}  // namespace picket::watch
