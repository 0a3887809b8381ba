// Gives back the answers of transcripts instead of asking a model, so that they are stored, judged
// and reported as a run like any other.
#pragma once

#include <map>
#include <string>
#include <tuple>

#include "runner/providers/provider.h"
#include "runner/replay/transcripts.h"

namespace candor::runner {

class ReplayProvider : public Provider {
 public:
  // By hash of question and condition, and repeat. Points into the transcripts, which must outlive
  // this.
  using Answers = std::map<std::tuple<std::string, std::string, int>, const Transcript*>;
  ReplayProvider(Answers answers, std::string model, std::string file_sha256, std::string path);

  void describe(data::Manifest& manifest) const override;
  void generate(std::span<const Ask> asks, std::uint64_t seed,
                const std::function<void(data::Generation&&)>& done,
                const std::atomic<bool>& stop) override;
  Flow flow() const override { return {}; }

 private:
  Answers answers_;
  std::string model_;
  std::string file_sha256_;
  std::string path_;
};

}  // namespace candor::runner
