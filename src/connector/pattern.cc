#include "connector/pattern.h"

// Boost's matcher keeps its state on the heap and gives up on patterns that explode; that of the standard
// library recurses once for every character of a pasted text.
#include <boost/regex.hpp>

namespace picket::connector {

bool readable_pattern(std::string_view pattern) {
  const boost::regex compiled(pattern.data(), pattern.data() + pattern.size(),
                              boost::regex::ECMAScript | boost::regex::no_except);
  return compiled.status() == 0;
}

bool fits_pattern(std::string_view pattern, std::string_view text) {
  const boost::regex compiled(pattern.data(), pattern.data() + pattern.size(),
                              boost::regex::ECMAScript | boost::regex::no_except);
  if (compiled.status() != 0) return false;
  try {
    return boost::regex_search(text.data(), text.data() + text.size(), compiled,
                               boost::match_default | boost::match_single_line | boost::match_any);
  } catch (const std::runtime_error&) {  // too complex
    return false;
  }
}

}  // namespace picket::connector
