#include "watch/book.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <utility>

#include "base/strings.h"
#include "crypto/digest.h"
#include "detect/rule_reader.h"
#include "watch/captures.h"
#include "watch/ocsf.h"

namespace picket::watch {
namespace {

constexpr Micros kRepeats = std::chrono::hours(1);

std::string key_of(const detect::Rule& rule) {
  return rule.id.empty() ? "title:" + crypto::sha256_hex(rule.title).substr(0, 32) : detect::identity(rule);
}

bool raises_alerts(const detect::RuleSet::Linked& linked) { return linked.alerts && linked.rule.level != detect::Level::kInformational; }

}  // namespace

std::string_view to_string(Origin origin) {
  switch (origin) {
    case Origin::kShipped: return "shipped";
    case Origin::kFolder: return "folder";
    case Origin::kOwn: return "own";
  }
  return "shipped";
}

std::string_view document_at(std::string_view text, std::size_t line) {
  std::size_t begin = 0, number = 1;
  for (std::size_t at = 0; at <= text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (text.substr(at, end - at).starts_with("---")) {
      if (number > line) return text.substr(begin, at - begin);
      begin = std::min(end + 1, text.size());
    }
    at = end + 1;
  }
  return text.substr(begin);
}

std::string line_at(std::string_view text, const std::optional<TextPlace>& place) {
  constexpr std::size_t kLongest = 200;
  if (!place) return {};
  for (int line = 1; line < place->line && !text.empty(); ++line) {
    const std::size_t end = text.find('\n');
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  text = text.substr(0, text.find('\n'));
  std::size_t end = std::min(text.size(), kLongest);
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  std::string out(text.substr(0, end));
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return out;
}

detect::ProgramOptions Book::options_for(const Service& service) const {
  detect::ProgramOptions options;
  options.source = detect::LogSource{{}, service.first, service.second};
  const auto known = ocsf_names_.find(service);
  add_ocsf_names(options, known == ocsf_names_.end() ? std::span<const std::string_view>() : known->second);
  return options;
}

std::shared_ptr<const detect::Program> Book::program_of(const Service& service, std::vector<std::uint32_t> rules) const {
  detect::ProgramOptions options = options_for(service);
  options.only = std::move(rules);
  std::vector<detect::Problem> problems;  // the book has told them
  return detect::Program::compile(*rules_, options, problems);
}

/// Makes books of texts until none has to go back to what it was.
class Book::Maker {
 public:
  explicit Maker(const Wanted& wanted) : wanted_(wanted), sources_(wanted.sources) {
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      by_file_.emplace(sources_[i].file, i);
      files_.push_back(read(sources_[i]));
    }
  }

  std::shared_ptr<const Book> make() {
    std::shared_ptr<Book> out;
    do out = attempt();
    while (go_back(*out));
    note_texts(*out);
    tell_kept(*out);
    out->problems_.insert(out->problems_.begin(), std::make_move_iterator(kept_.begin()), std::make_move_iterator(kept_.end()));
    out->problem_lines_.insert(out->problem_lines_.begin(), std::make_move_iterator(kept_lines_.begin()), std::make_move_iterator(kept_lines_.end()));
    return out;
  }

 private:
  detect::RuleFile read(const Source& source) const {
    if (source.unreadable) return {{}, {}, {*source.unreadable}};
    detect::RuleFile out = detect::read_rules(source.text, source.file, wanted_.placeholders);
    if (source.origin == Origin::kShipped) std::erase_if(out.problems, [](const detect::Problem& problem) { return problem.error.kind == ErrorKind::kNotFound; });
    return out;
  }

  const Source* source_of(const std::string& file) const {
    const auto found = by_file_.find(file);
    return found == by_file_.end() ? nullptr : &sources_[found->second];
  }

  std::shared_ptr<Book> attempt() const {
    auto out = std::make_shared<Book>();
    out->ocsf_names_ = wanted_.names;
    const auto stands = [&](const detect::Rule& rule) {
      const auto file = wanted_.in_force.find(key_of(rule));
      return file != wanted_.in_force.end() && file->second == rule.file;
    };
    out->rules_ = std::make_shared<const detect::RuleSet>(detect::RuleSet::link(files_, out->problems_, {.in_force = stands, .one_a_title = true}));
    for (const auto& linked : out->rules_->rules()) {
      Entry entry = entry_of(linked);
      out->waits_ = out->waits_ || (linked.rule.correlation && linked.rule.correlation->extras.absence());
      out->history_needed_ = std::max(out->history_needed_, linked.history_needed);
      out->by_key_.emplace(entry.key, static_cast<std::uint32_t>(out->entries_.size()));
      out->entries_.push_back(std::move(entry));
    }
    for (const std::uint32_t correlation : out->rules_->correlations()) look_through(*out, correlation);
    for (const Service& service : wanted_.services) {
      auto program = detect::Program::compile(*out->rules_, out->options_for(service), out->problems_);
      if (program->size() > 0) out->programs_.emplace(service, std::move(program));
    }
    for (const detect::Problem& problem : out->problems_) {
      const Source* source = source_of(problem.file);
      out->problem_lines_.push_back(source == nullptr ? std::string() : line_at(source->text, problem.error.place));
    }
    return out;
  }

  Entry entry_of(const detect::RuleSet::Linked& linked) const {
    const detect::Rule& rule = linked.rule;
    Entry entry;
    if (const Source* source = source_of(rule.file)) {
      entry.origin = source->origin;
      entry.vendor = source->vendor;
      entry.text = trim(document_at(source->text, rule.place.line));
    }
    entry.key = key_of(rule);
    entry.digest = crypto::sha256_hex(entry.text).substr(0, 32);
    entry.meaning = crypto::sha256_hex(rule.meaning).substr(0, 32);
    for (const auto& filter : linked.filters) {
      const Source* source = source_of(filter->file);
      const bool own = source != nullptr && source->origin == Origin::kOwn;
      entry.filters.emplace_back(fmt::format("\"{}\" ({})", filter->title, own ? "written here" : filter->file), crypto::sha256_hex(filter->meaning).substr(0, 32));
    }
    entry.alerts = raises_alerts(linked);
    entry.shape = shape_of(linked);
    entry.span = rule.correlation ? std::max(kRepeats, Micros(rule.correlation->timespan_us)) : kRepeats;
    return entry;
  }

  /// What narrows a rule narrows the correlations that name it, and what people make of it they make of those. Inner ones come first.
  static void look_through(Book& book, std::uint32_t correlation) {
    Entry& entry = book.entries_[correlation];
    std::string meaning = entry.meaning;
    for (const detect::RuleSet::Input& input : book.rules_->rules()[correlation].inputs) {
      const Entry& named = book.entries_[input.rule];
      if (named.origin != Origin::kShipped) meaning += named.meaning;
      for (const auto& [name, digest] : named.filters) {
        const bool through = book.rules_->rules()[input.rule].rule.is_correlation();
        auto filter = std::pair(through ? name : fmt::format("{}, through the rule \"{}\"", name, book.rules_->rules()[input.rule].rule.title), digest);
        if (std::find(entry.filters.begin(), entry.filters.end(), filter) == entry.filters.end()) entry.filters.push_back(std::move(filter));
      }
    }
    entry.through_others = meaning != entry.meaning;
    if (entry.through_others) entry.meaning = crypto::sha256_hex(meaning).substr(0, 32);
  }

  /// Puts back texts that are wrong as they are now. False: there is none.
  bool go_back(const Book& made) {
    if (wanted_.before == nullptr) return false;
    // what cannot be read, or has no identity, makes others wrong that name it: those are asked again without it
    std::array<std::vector<std::size_t>, 3> back;
    for (std::size_t i = 0; i < sources_.size(); ++i)
      if (goes_back(i, made)) back[stage_of(i, made)].push_back(i);
    const auto first = std::find_if(back.begin(), back.end(), [](const auto& files) { return !files.empty(); });
    if (first == back.end()) return false;
    for (const std::size_t i : *first) put_back(i, made);
    return true;
  }

  /// At what a file fails: 0 reading, 1 an identity that is taken, 2 the rest.
  std::size_t stage_of(std::size_t index, const Book& made) const {
    const std::string& file = sources_[index].file;
    if (has_errors(files_[index].problems, file)) return 0;
    const bool taken = std::any_of(made.problems_.begin(), made.problems_.end(), [&](const auto& problem) { return problem.file == file && problem.error.kind == ErrorKind::kConflict; });
    return taken ? 1 : 2;
  }

  static bool has_errors(const std::vector<detect::Problem>& problems, const std::string& file) {
    return std::any_of(problems.begin(), problems.end(), [&](const auto& problem) { return problem.severity == detect::Problem::Severity::kError && problem.file == file; });
  }

  bool goes_back(std::size_t index, const Book& made) const {
    const Source& source = sources_[index];
    if (source.origin != Origin::kFolder) return false;
    const auto before = wanted_.before->texts_.find(source.file);
    // the same text is wrong when what it needs is gone; then there is nothing to go back to
    if (before == wanted_.before->texts_.end() || (before->second.text == source.text && !source.unreadable)) return false;
    if (!has_errors(made.problems_, source.file)) return false;
    if (before->second.good || files_[index].filters.size() < before->second.filters) return true;
    return loses_rule(source.file, made);
  }

  /// Whether a rule that was in force in the file is not any more.
  bool loses_rule(const std::string& file, const Book& made) const {
    for (std::size_t i = 0; i < wanted_.before->entries_.size(); ++i)
      if (wanted_.before->rules_->rules()[i].rule.file == file && !made.by_key_.contains(wanted_.before->entries_[i].key)) return true;
    return false;
  }

  void put_back(std::size_t index, const Book& made) {
    Source& source = sources_[index];
    for (std::size_t i = 0; i < made.problems_.size(); ++i) {
      const detect::Problem& problem = made.problems_[i];
      if (problem.file != source.file) continue;
      kept_.push_back(problem);
      kept_lines_.push_back(made.problem_lines_[i]);
    }
    went_back_.insert(source.file);
    source.text = wanted_.before->texts_.at(source.file).text;
    source.unreadable.reset();
    files_[index] = read(source);
  }

  void note_texts(Book& made) const {
    for (std::size_t i = 0; i < sources_.size(); ++i)
      if (const Source& source = sources_[i]; source.origin == Origin::kFolder && !source.unreadable)
        made.texts_.emplace(source.file, Text{source.text, files_[i].filters.size(), !has_errors(made.problems_, source.file)});
  }

  /// Of a file that went back people see what is wrong with its text as it is now, never with the one before.
  void tell_kept(Book& made) {
    for (detect::Problem& problem : kept_)
      if (problem.severity == detect::Problem::Severity::kError && !loses_rule(problem.file, made))
        problem.error.message += " The file's rules stay in force as they were before.";
    std::vector<detect::Problem> problems;
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < made.problems_.size(); ++i) {
      if (went_back_.contains(made.problems_[i].file)) continue;
      problems.push_back(std::move(made.problems_[i]));
      lines.push_back(std::move(made.problem_lines_[i]));
    }
    made.problems_ = std::move(problems);
    made.problem_lines_ = std::move(lines);
  }

  const Wanted& wanted_;
  std::vector<Source> sources_;
  std::map<std::string, std::size_t, std::less<>> by_file_;
  std::vector<detect::RuleFile> files_;  ///< of each source
  std::vector<detect::Problem> kept_;    ///< of texts that went back
  std::vector<std::string> kept_lines_;
  std::set<std::string, std::less<>> went_back_;
};

std::shared_ptr<const Book> Book::make(const Wanted& wanted) { return Maker(wanted).make(); }

Book::Files Book::files() const {
  Files out;
  for (std::size_t i = 0; i < entries_.size(); ++i) out.emplace(entries_[i].key, rules_->rules()[i].rule.file);
  return out;
}

std::optional<std::uint32_t> Book::find(std::string_view key) const {
  const auto found = by_key_.find(to_lower(key));
  return found == by_key_.end() ? std::nullopt : std::optional(found->second);
}

const std::shared_ptr<const detect::Program>& Book::program(const Service& service) const {
  static const std::shared_ptr<const detect::Program> kNone;
  const auto found = programs_.find(service);
  return found == programs_.end() ? kNone : found->second;
}

}  // namespace picket::watch
