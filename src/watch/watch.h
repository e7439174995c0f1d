#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/guid.h"
#include "base/result.h"
#include "connector/connector.h"
#include "control/control.h"
#include "detect/correlator.h"
#include "store/event_store.h"
#include "watch/book.h"
#include "watch/rule_folder.h"

/// Which rules watch which organization, and what their matches lead to.
namespace picket::watch {

/// An organization's rules and what it decided about each. Immutable; a change makes another.
struct Ruling {
  std::shared_ptr<const Book> book;
  std::vector<control::RuleState> states;  ///< by rule of the book
  std::vector<detect::Problem> problems;   ///< the book's, and those of broken files
  std::vector<std::string> problem_lines;  ///< of each, see Book::problem_lines
  std::shared_ptr<const Book> base;  ///< the book without own texts
  std::vector<std::pair<std::string, std::int64_t>> own;  ///< id and version of each own text in the book
};
using RulingPtr = std::shared_ptr<const Ruling>;

/// A rule that matched an event of a page.
struct Hit {
  std::uint32_t event = 0;  ///< index in the page
  std::uint32_t rule = 0;   ///< index in the book
  TimePoint time{};
  std::string subject;   ///< the person or address that the event is about; of rules that alert
  std::string captures;  ///< packed, see codec/packed_texts.h
};

/// What the rules say of a page. Nothing is recorded yet.
struct Sight {
  RulingPtr ruling;
  std::vector<Hit> hits;                 ///< by event
  std::vector<std::uint32_t> events;     ///< indexes of the events that hits are of, ascending, each once
};

/// What one thread keeps to itself while it looks at pages.
class Eye {
 public:
  detect::Matcher& matcher(const std::shared_ptr<const detect::Program>& program);

 private:
  struct Held {
    std::shared_ptr<const detect::Program> program;
    detect::Matcher matcher;
  };
  std::vector<Held> held_;
};

/// Rules over events as they come: matches become signals, signals feed correlations, and what must be told becomes an alert.
///
/// Place: between ingest, which calls `look` and `judge` for every page, and control, which commits what they say together with the
/// cursor. Threads: `look`, `ruling`, `reload` any; `judge` and `forget` one at a time (ingest holds the lock of its commits).
/// Failure: rules that cannot be used are problems, never errors; an organization whose rules cannot be read keeps those it had.
class Watch {
 public:
  struct Parts {
    Clock& clock;
    control::Control& control;
    const connector::Registry& connectors;
  };
  struct Options {
    std::vector<std::filesystem::path> folders;
    std::filesystem::path placeholders = {};  ///< what `expand` fills in, see detect/placeholders.h; empty: nothing
    /// How long a rule that people wrote or changed is watched before it alerts.
    Micros probation = std::chrono::hours(48);
    detect::CorrelatorLimits limits{};
  };
  /// Reads and compiles everything. Errors: a folder that is not there; what control tells.
  static Result<std::unique_ptr<Watch>> open(const Parts& parts, Options options);
  ~Watch();

  /// Looks after folders and old signals from now on, on a thread of its own.
  void start();
  /// Reads folders again when something changed there; drops old signals once an hour. Called by the thread of `start`.
  void tick();

  /// Tries the organization's rules on a page. Pure.
  Sight look(Eye& eye, const std::string& organization_id, const connector::Connector& connector, std::string_view stream,
             std::span<const store::NewEvent> events);
  /// What is to be committed for a page: matches, and what correlations say now. `ids`: of `sight.events`, as the store gave
  /// them. Takes what hits captured out of `sight`. When the commit does not come about, `forget` must be called; either before the
  /// organization's next page is judged, for what comes late is judged over what is stored. Errors: signals could not be read back; then
  /// `forget` must be called as well.
  Result<std::vector<control::Match>> judge(const store::StreamKey& key, Sight& sight, std::span<const GuidBytes> ids);
  /// Organizations with a rule that waits for something which may not happen.
  std::vector<std::string> waiting() const;
  /// What such rules say when every event of the organization before `complete_until` is known; to be committed, or else `forget`. Told
  /// again after a restart: what is known already changes nothing. The device of each is the caller's to find.
  Result<std::vector<control::Match>> advance(const std::string& organization_id, TimePoint complete_until);
  /// Windows of the organization are read back from what was committed before they are used again.
  void forget(const std::string& organization_id);

  struct News {
    std::string organization_id;
    bool rules = false;    ///< rules or what was decided about them
    bool matches = false;  ///< matches, counts or alerts
  };
  using Listener = std::function<void(const News&)>;
  /// Called on the changing thread; must not block. The handle ends it.
  std::shared_ptr<void> subscribe(Listener listener);
  /// After the commit of what `judge` said.
  void committed(const std::string& organization_id) { tell({organization_id, false, true}); }

  /// Null: there is no such organization.
  RulingPtr ruling(const std::string& organization_id);
  /// After a change of an organization's rules through control.
  Status reload(const std::string& organization_id);
  /// The rules as they would be with this text instead of (or beside) the organization's own one of that id. For trying.
  Result<std::shared_ptr<const Book>> draft(const std::string& organization_id, const std::string& own_rule_id, const std::string& text);
  /// Every stream there is, as rules name it.
  const std::vector<Book::Service>& services() const { return services_; }

 private:
  struct Windows;
  Watch(const Parts& parts, Options options);
  /// With `making_` held.
  Result<RulingPtr> make_ruling(const std::string& organization_id);
  std::shared_ptr<const Book> base_book();
  std::shared_ptr<const Book> make_book(const std::vector<Source>& sources, const Book::Files& in_force, const Book* before,
                                        const detect::Placeholders& placeholders) const;
  /// The texts that all organizations share.
  std::vector<Source> base_sources() const;
  /// What was in force when the server stopped, as far as it lies in these.
  Book::Files files_at_start(const std::vector<Source>& sources) const;
  Book::Files files_in_force(const std::string& organization_id) const;
  RulingPtr held(const std::string& organization_id) const;
  void tell(const News& news);
  Status recall(const Ruling& ruling, std::span<const std::uint32_t> rules, TimePoint from, TimePoint to, const std::function<bool(const detect::Signal&)>& row);
  static void note_cost(Windows& open);
  Result<Windows*> windows(const std::string& organization_id, const RulingPtr& ruling);
  Status note_firing(const RulingPtr& ruling, const detect::Firing& firing,
                     const std::unordered_map<std::uint64_t, const GuidBytes*>& known, std::vector<control::Match>& out);

  const Parts parts_;
  const Options options_;
  std::vector<Book::Service> services_;
  Book::OcsfNames ocsf_names_;
  std::vector<Source> shipped_;

  std::mutex making_;  ///< held while rules are read, compiled and put in force
  RuleFolder folder_;  ///< guarded by making_
  std::shared_ptr<const Book> base_;  ///< guarded by making_: shipped and folder rules
  bool stale_ = true;                 ///< guarded by making_: base_ is to be made anew
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, RulingPtr> rulings_;  ///< guarded by mutex_

  struct Listeners;
  const std::shared_ptr<Listeners> listeners_;

  std::unordered_map<std::string, std::unique_ptr<Windows>> windows_;  ///< of who calls judge
  TimePoint swept_at_{};
  std::jthread thread_;
};

}  // namespace picket::watch
