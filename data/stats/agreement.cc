#include "data/stats/agreement.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "data/stats/random.h"

namespace candor::data {

namespace {

// A table of counts, a row a label of the first judge: enough to compute kappa without the texts.
class Table {
 public:
  explicit Table(std::size_t labels) : labels_(labels), counts_(labels * labels) {}

  void add(std::size_t first, std::size_t second) { ++counts_[first * labels_ + second]; }
  void clear() { std::fill(counts_.begin(), counts_.end(), 0); }

  std::optional<double> kappa() const {
    double n = 0, same = 0, chance = 0;
    for (const std::int64_t count : counts_) n += static_cast<double>(count);
    if (n == 0) return std::nullopt;
    for (std::size_t i = 0; i < labels_; ++i) {
      double row = 0, column = 0;
      for (std::size_t j = 0; j < labels_; ++j) {
        row += static_cast<double>(counts_[i * labels_ + j]);
        column += static_cast<double>(counts_[j * labels_ + i]);
      }
      same += static_cast<double>(counts_[i * labels_ + i]);
      chance += row * column / (n * n);
    }
    if (chance >= 1) return std::nullopt;
    return (same / n - chance) / (1 - chance);
  }

 private:
  std::size_t labels_;
  std::vector<std::int64_t> counts_;
};

}  // namespace

Kappa kappa_with_interval(std::span<const std::string> first, std::span<const std::string> second,
                          std::span<const std::int64_t> clusters, const Resampling& resampling) {
  Kappa result;
  result.items = first.size();
  result.value = cohens_kappa(first, second);
  std::map<std::string, std::size_t> names;
  for (const auto labels : {first, second}) {
    for (const std::string& label : labels) names.try_emplace(label, names.size());
  }
  std::map<std::int64_t, std::vector<std::pair<std::size_t, std::size_t>>> by_cluster;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (first[i] == second[i]) ++result.agreed;
    by_cluster[clusters[i]].emplace_back(names.at(first[i]), names.at(second[i]));
  }
  if (!result.value || by_cluster.size() < 2) return result;
  std::vector<const std::vector<std::pair<std::size_t, std::size_t>>*> groups;
  for (const auto& [cluster, items] : by_cluster) groups.push_back(&items);

  RandomStream random(resampling.seed);
  std::vector<double> values;
  Table table(names.size());
  for (int i = 0; i < resampling.resamples; ++i) {
    table.clear();
    for (std::size_t k = 0; k < groups.size(); ++k) {
      for (const auto& [a, b] : *groups[random.below(static_cast<std::uint32_t>(groups.size()))]) {
        table.add(a, b);
      }
    }
    if (const auto kappa = table.kappa()) values.push_back(*kappa);
  }
  if (2 * values.size() < static_cast<std::size_t>(resampling.resamples)) return result;
  const double tail = (1 - resampling.confidence) / 2;
  result.interval = {*quantile(values, tail), *quantile(values, 1 - tail)};
  if (const auto [least, most] = std::minmax_element(values.begin(), values.end());
      *least == *most) {
    // As in cluster_bootstrap: what equal clusters leave possible.
    const double unseen =
        1 - std::pow(1 - resampling.confidence, 1 / static_cast<double>(groups.size()));
    result.interval = {*least - unseen * (*least + 1), *most + unseen * (1 - *most)};
  }
  return result;
}

}  // namespace candor::data
