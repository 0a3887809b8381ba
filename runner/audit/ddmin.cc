#include "runner/audit/ddmin.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

namespace candor::runner {

namespace {

// `kept` cut into `parts` pieces whose lengths differ by one at most.
std::vector<Units> pieces(const Units& kept, std::size_t parts) {
  std::vector<Units> cut;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < parts; ++i) {
    const std::size_t end = begin + (kept.size() - begin) / (parts - i);
    cut.emplace_back(kept.begin() + static_cast<std::ptrdiff_t>(begin),
                     kept.begin() + static_cast<std::ptrdiff_t>(end));
    begin = end;
  }
  return cut;
}

std::vector<Units> complements(const Units& kept, const std::vector<Units>& cut) {
  std::vector<Units> rest;
  for (const Units& piece : cut) {
    Units others;
    std::set_difference(kept.begin(), kept.end(), piece.begin(), piece.end(),
                        std::back_inserter(others));
    rest.push_back(std::move(others));
  }
  return rest;
}

class Search {
 public:
  explicit Search(const TryParts& triggers) : triggers_(triggers) {}

  // The first of the parts that triggers.
  std::optional<Units> first(const std::vector<Units>& parts) {
    std::vector<Units> fresh;
    for (const Units& part : parts) {
      if (!known_.contains(part)) fresh.push_back(part);
    }
    if (!fresh.empty()) {
      const std::vector<bool> answers = triggers_(fresh);
      for (std::size_t i = 0; i < fresh.size(); ++i) known_[fresh[i]] = answers.at(i);
    }
    for (const Units& part : parts) {
      if (known_.at(part)) return part;
    }
    return std::nullopt;
  }

  std::size_t tried() const { return known_.size(); }

 private:
  const TryParts& triggers_;
  std::map<Units, bool> known_;
};

}  // namespace

Units without(const Units& kept, std::size_t index) {
  Units rest = kept;
  rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(index));
  return rest;
}

Minimal minimal_part(std::size_t count, const TryParts& triggers) {
  Search search(triggers);
  Units kept(count);
  std::iota(kept.begin(), kept.end(), std::size_t{0});
  std::size_t parts = 2;
  while (kept.size() >= 2) {
    const std::vector<Units> cut = pieces(kept, parts);
    if (std::optional<Units> piece = search.first(cut)) {
      kept = std::move(*piece);
      parts = 2;
      continue;
    }
    // Of two pieces each is the other's complement.
    std::optional<Units> rest;
    if (parts > 2) rest = search.first(complements(kept, cut));
    if (rest) {
      kept = std::move(*rest);
      parts = std::max<std::size_t>(parts - 1, 2);
      continue;
    }
    if (parts == kept.size()) break;
    parts = std::min(2 * parts, kept.size());
  }
  return {std::move(kept), search.tried()};
}

}  // namespace candor::runner
