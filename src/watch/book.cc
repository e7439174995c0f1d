#include "watch/book.h"

#include <fmt/format.h>

#include <algorithm>

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

std::shared_ptr<const Book> Book::make(const std::vector<Source>& sources, std::span<const Service> services, const OcsfNames& names,
                                       const Files& in_force, const detect::Placeholders& placeholders) {
  auto out = std::make_shared<Book>();
  out->ocsf_names_ = names;
  std::map<std::string, const Source*, std::less<>> by_file;
  std::vector<detect::RuleFile> files;
  for (const Source& source : sources) {
    by_file.emplace(source.file, &source);
    files.push_back(detect::read_rules(source.text, source.file, placeholders));
    if (source.origin == Origin::kShipped)
      std::erase_if(files.back().problems, [](const detect::Problem& problem) { return problem.error.kind == ErrorKind::kNotFound; });
  }
  const auto stands = [&](const detect::Rule& rule) {
    const auto file = in_force.find(key_of(rule));
    return file != in_force.end() && file->second == rule.file;
  };
  out->rules_ = std::make_shared<const detect::RuleSet>(detect::RuleSet::link(std::move(files), out->problems_, {.in_force = stands, .one_a_title = true}));
  for (const auto& linked : out->rules_->rules()) {
    const detect::Rule& rule = linked.rule;
    Entry entry;
    if (const auto source = by_file.find(rule.file); source != by_file.end()) {
      entry.origin = source->second->origin;
      entry.vendor = source->second->vendor;
      entry.text = trim(document_at(source->second->text, rule.place.line));
    }
    entry.key = key_of(rule);
    entry.digest = crypto::sha256_hex(entry.text).substr(0, 32);
    entry.meaning = crypto::sha256_hex(rule.meaning).substr(0, 32);
    for (const auto& filter : linked.filters) {
      const auto source = by_file.find(filter->file);
      const bool own = source != by_file.end() && source->second->origin == Origin::kOwn;
      entry.filters.emplace_back(fmt::format("\"{}\" ({})", filter->title, own ? "written here" : filter->file), crypto::sha256_hex(filter->meaning).substr(0, 32));
    }
    entry.alerts = raises_alerts(linked);
    entry.shape = shape_of(linked);
    entry.span = rule.correlation ? std::max(kRepeats, Micros(rule.correlation->timespan_us)) : kRepeats;
    out->waits_ = out->waits_ || (rule.correlation && rule.correlation->extras.absence());
    out->history_needed_ = std::max(out->history_needed_, linked.history_needed);
    out->by_key_.emplace(entry.key, static_cast<std::uint32_t>(out->entries_.size()));
    out->entries_.push_back(std::move(entry));
  }
  for (const Service& service : services) {
    auto program = detect::Program::compile(*out->rules_, out->options_for(service), out->problems_);
    if (program->size() > 0) out->programs_.emplace(service, std::move(program));
  }
  for (const detect::Problem& problem : out->problems_) {
    const auto source = by_file.find(problem.file);
    out->problem_lines_.push_back(source == by_file.end() ? std::string() : line_at(source->second->text, problem.error.place));
  }
  return out;
}

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
