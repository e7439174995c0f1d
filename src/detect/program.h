#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "detect/rule_set.h"

namespace picket::detect {

struct ProgramData;

struct ProgramOptions {
  /// Only rules that ask for nothing but this source; without it every rule is tried.
  std::optional<LogSource> source;
  /// Of these only (indexes into RuleSet::rules()); without it all.
  std::optional<std::vector<std::uint32_t>> only;
  /// Fields that the caller wants of every event, see Matcher::field.
  std::vector<std::string> event_fields;
  /// Name in a rule -> path in the event, for names that stand for a vendor's own.
  std::map<std::string, std::string> field_names;
  /// Names whose values come with the event and are not in its record, see EventContext::given.
  std::vector<std::string> given;
  /// Names that mean values of the event's document, see EventContext::document. Empty: none does.
  std::function<bool(std::string_view)> in_document;
};

/// What is known of an event beside its record. Asked during `Matcher::match` only, and only for what rules want.
class EventContext {
 public:
  virtual ~EventContext() = default;
  /// Value of ProgramOptions::given[index]; nothing when it has none. The view lives until the next `match`.
  virtual std::optional<std::string_view> given(std::size_t index) = 0;
  /// The event in another form (JSON object text), made when a rule's condition comes to ask for it: at most once an event, and
  /// not at all while other tests answer the condition. Empty: there is none.
  virtual std::string document() = 0;
};

/// An EventContext of events of which nothing but the record is at hand. Threads: one at a time.
class RecordContext : public EventContext {
 public:
  /// The event that is asked for next; the record must live until the next `set`.
  virtual void set(std::string_view record) = 0;
  /// Why the event had no document when it was asked for one, a sentence; else empty.
  virtual std::string trouble() const = 0;
};

/// Adds to a program's options the names that records of a log source have beside their own fields, and gives what knows their values;
/// null when the log source is nobody's. `detect` knows no vendor: who does hands this in. Threads: any.
using Technology = std::function<std::unique_ptr<RecordContext>(const LogSource& source, ProgramOptions& options)>;

/// The detection rules of one log source, compiled together. Place: made once when rules change, shared by all matchers.
/// Threads: immutable; share it. Failure: a rule that is too large to compile is a problem and left out.
class Program {
 public:
  static std::shared_ptr<const Program> compile(const RuleSet& rules, const ProgramOptions& options, std::vector<Problem>& problems);
  explicit Program(std::unique_ptr<ProgramData> data);
  ~Program();

  /// How many rules are tried.
  std::size_t size() const;
  /// Those that are tried, as indexes into RuleSet::rules(), ascending.
  std::vector<std::uint32_t> rules() const;
  /// Whether some rule asks for more than the record, see EventContext.
  bool asks_context() const;
  const ProgramData& data() const { return *data_; }

 private:
  std::unique_ptr<ProgramData> data_;
};

/// A rule that matched an event.
struct Match {
  std::uint32_t rule = 0;           ///< index into RuleSet::rules()
  std::uint32_t first_capture = 0;  ///< see Matcher::captures
};

/// Tries a program on events, one after the other. Place: one a thread. Not thread-safe. Memory: what the largest event needed,
/// and a few bytes a predicate. In its stride it allocates nothing.
class Matcher {
 public:
  explicit Matcher(std::shared_ptr<const Program> program);
  ~Matcher();
  Matcher(Matcher&&) noexcept;
  Matcher& operator=(Matcher&&) noexcept;

  /// The rules that match the record, by rising index. `record` is one JSON object in UTF-8, read during the call only. Errors:
  /// kInvalidInput (no JSON object), kTooLarge (over 8 MiB or 100 levels); the matcher stays usable. What is returned lives until
  /// the next call.
  /// Without a context given values and documents are absent.
  Result<std::span<const Match>> match(std::string_view record, EventContext* context = nullptr);

  /// The values that RuleSet::Linked::captures of the matched rule names, in that order; nothing where the event has none.
  /// Several values of one field are one JSON array. Views live until the next `match`.
  std::span<const std::optional<std::string_view>> captures(const Match& match) const;
  /// Value of ProgramOptions::event_fields[index] in the last event.
  std::optional<std::string_view> field(std::size_t index);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace picket::detect
