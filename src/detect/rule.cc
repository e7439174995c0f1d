#include "detect/rule.h"

namespace picket::detect {

bool LogSource::covers(const LogSource& other) const {
  const auto fits = [](const std::string& asked, const std::string& given) { return asked.empty() || asked == given; };
  return fits(category, other.category) && fits(product, other.product) && fits(service, other.service);
}

std::string_view to_string(Level level) {
  switch (level) {
    case Level::kInformational: return "informational";
    case Level::kLow: return "low";
    case Level::kMedium: return "medium";
    case Level::kHigh: return "high";
    case Level::kCritical: return "critical";
    case Level::kNone: break;
  }
  return "";
}

std::vector<std::string> Correlation::named() const {
  std::vector<std::string> out = rules;
  out.insert(out.end(), extras.not_preceded_by.begin(), extras.not_preceded_by.end());
  out.insert(out.end(), extras.not_followed_by.begin(), extras.not_followed_by.end());
  return out;
}

NodePtr make_node(Node::Op op, std::vector<NodePtr> children) {
  if (children.size() == 1 && op != Node::Op::kNot) return children.front();
  auto node = std::make_shared<Node>();
  node->op = op;
  node->children = std::move(children);
  return node;
}

}  // namespace picket::detect
