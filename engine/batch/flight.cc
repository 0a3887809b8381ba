#include "engine/batch/flight.h"

#include <algorithm>
#include <utility>

namespace candor::engine {

namespace {

// Prompt rows that a step takes on however many sequences generate.
constexpr std::size_t kLeastPromptRows = 16;
// Waiting one or two steps for another prompt's start pays from about this many tokens.
constexpr std::size_t kWorthWaiting = 32;
// Of the continuations of one prompt there are dozens, each a few tokens long: beside these even a
// short prompt is long, and while they wait those of other prompts go ahead.
constexpr std::size_t kWorthWaitingScored = 4;
// How far admission looks past requests that wait, in batches.
constexpr std::size_t kLookAhead = 4;

// Whether both have the tokens [first, end), and the same ones.
bool share(std::span<const TokenId> a, std::span<const TokenId> b, std::size_t first,
           std::size_t end) {
  return end <= a.size() && end <= b.size() &&
         std::ranges::equal(a.subspan(first, end - first), b.subspan(first, end - first));
}

}  // namespace

Flight::Flight(Device& device, KvCache& cache, const StopTokens& stops, const BatchOptions& options,
               std::span<const Request> requests, std::deque<std::size_t> queue,
               EngineCounters& counters)
    : device_(device),
      cache_(cache),
      stops_(stops),
      options_(options),
      requests_(requests),
      queue_(std::move(queue)),
      counters_(counters) {}

Flight::~Flight() {
  for (const SequencePtr& sequence : active_) sequence->release_pages(cache_);
  forget_old_prompts();
  counters_.in_flight = 0;
}

// Memory is a cost too: without this a long run would fill the whole cache with prompts of the
// past.
void Flight::forget_old_prompts() {
  PrefixTree& prefixes = cache_.prefixes();
  for (std::size_t unused = prefixes.evictable(); unused > options_.kept_pages; --unused) {
    if (!prefixes.evict()) return;
  }
}

// Room for the tokens there are and one page more for every sequence in flight. It is a forecast:
// what it gets wrong is put off later.
bool Flight::fits(std::span<const TokenId> tokens) const {
  return active_.empty() || pages_for(tokens.size()) + active_.size() + 1 <= cache_.available();
}

// Another sequence is just computing a start of this prompt that is not known yet.
bool Flight::awaits_prefix(const Request& request) const {
  if (!options_.share_prefixes) return false;
  const std::size_t worth = request.is_scored() ? kWorthWaitingScored : kWorthWaiting;
  const auto usable = std::span(request.prompt).first(request.prompt.size() - 1);
  std::optional<std::size_t> known;
  for (const SequencePtr& other : active_) {
    const std::span<const TokenId> prompt = other->request().prompt;
    if (other->computed() >= prompt.size() || !share(usable, prompt, 0, worth)) continue;
    if (!known) known = cache_.prefixes().match(usable).tokens();
    // What lies behind the known part first: of examples that all have in common that is where
    // prompts differ.
    if (share(usable, prompt, *known, *known + worth) && share(usable, prompt, 0, *known)) {
      return true;
    }
  }
  return false;
}

void Flight::start(SequencePtr sequence) {
  if (options_.share_prefixes) sequence->adopt_prefix(cache_, device_);
  active_.push_back(std::move(sequence));
}

void Flight::admit() {
  while (active_.size() < options_.batch && !put_off_.empty()) {
    if (!fits(put_off_.front()->tokens())) return;
    start(std::move(put_off_.front()));
    put_off_.pop_front();
  }
  std::size_t looked_at = 0;
  while (active_.size() < options_.batch && looked_at < queue_.size() &&
         looked_at < kLookAhead * options_.batch) {
    const auto place = queue_.begin() + static_cast<std::ptrdiff_t>(looked_at);
    const Request& request = requests_[*place];
    if (awaits_prefix(request)) {
      ++looked_at;
      continue;
    }
    if (!fits(request.prompt)) break;
    auto sequence = std::make_unique<Sequence>(*place, request, stops_);
    queue_.erase(place);
    start(std::move(sequence));
  }
}

// Pages for the next rows of the sequence at `position`, if need be those of younger ones. False:
// it was the youngest itself and has been put off.
bool Flight::make_room(std::size_t position, std::size_t rows) {
  while (!active_[position]->reserve(cache_, rows)) {
    SequencePtr youngest = std::move(active_.back());
    active_.pop_back();
    youngest->release_pages(cache_);
    put_off_.push_front(std::move(youngest));
    if (position == active_.size()) return false;
  }
  return true;
}

// Prompt rows of the next step. Beside sequences that generate there are few, so that prompts come
// in while the others go on and the steps are of one size; alone they come in whole chunks.
std::size_t Flight::prompt_rows() const {
  const auto generating = static_cast<std::size_t>(std::count_if(
      active_.begin(), active_.end(), [](const SequencePtr& s) { return s->waiting() == 1; }));
  if (generating == 0) return options_.chunk;
  const std::size_t least = std::min(kLeastPromptRows, options_.chunk);
  if (options_.mixed_rows < generating + least) return least;
  return std::min(options_.mixed_rows - generating, options_.chunk);
}

void Flight::plan() {
  plan_.clear();
  planned_.clear();
  logit_rows_.clear();
  std::size_t budget = prompt_rows();
  for (std::size_t i = 0; i < active_.size(); ++i) {
    const std::size_t waiting = active_[i]->waiting();
    const std::size_t rows = waiting == 1 ? 1 : std::min(waiting, budget);
    if (rows == 0) continue;
    if (!make_room(i, rows)) break;
    if (waiting > 1) budget -= rows;

    const Sequence& sequence = *active_[i];
    const auto table = static_cast<std::uint32_t>(plan_.pages.size());
    plan_.pages.push_back(sequence.pages());
    for (std::size_t r = 0; r < rows; ++r) {
      const std::size_t position = sequence.computed() + r;
      plan_.rows.push_back({.token = sequence.tokens()[position],
                            .position = static_cast<std::int64_t>(position),
                            .sequence = table});
      if (!sequence.wants_logits(position)) continue;
      plan_.logit_rows.push_back(static_cast<std::uint32_t>(plan_.rows.size() - 1));
      logit_rows_.push_back({.sequence = i, .position = position});
    }
    planned_.push_back({.sequence = i, .rows = rows});
  }
}

void Flight::step(const Scheduler::Done& done) {
  plan();
  counters_.in_flight = static_cast<int>(active_.size());
  device_.run(plan_);
  for (const Planned& planned : planned_) {
    Sequence& sequence = *active_[planned.sequence];
    sequence.advance(planned.rows);
    if (options_.share_prefixes) sequence.publish_prompt(cache_);
  }
  choose_tokens();
  finish(done);
}

void Flight::choose_tokens() {
  uses_.assign(logit_rows_.size(), LogitUse{});
  outcomes_.assign(logit_rows_.size(), LogitOutcome{});
  last_logits_.clear();
  for (std::size_t i = 0; i < logit_rows_.size(); ++i) {
    const LogitRow& row = logit_rows_[i];
    const Sequence& sequence = *active_[row.sequence];
    if (!sequence.is_scored()) {
      uses_[i].sampling = &sequence.request().sampling;
      uses_[i].uniform = sequence.uniform();
    } else if (row.position + 1 < sequence.tokens().size()) {
      uses_[i].judged = sequence.tokens()[row.position + 1];
    } else {
      uses_[i].keep = &last_logits_.emplace_back();
    }
  }
  device_.use_logits(uses_, options_.vocabulary, outcomes_);

  over_.assign(active_.size(), false);
  for (std::size_t i = 0; i < logit_rows_.size(); ++i) {
    const std::size_t place = logit_rows_[i].sequence;
    Sequence& sequence = *active_[place];
    if (over_[place]) continue;  // a row before this one was wrong
    if (sequence.is_scored()) {
      if (uses_[i].keep != nullptr) sequence.keep_last_logits(*uses_[i].keep);
      over_[place] = sequence.accept_scored(logit_rows_[i].position, outcomes_[i].judged);
      if (over_[place]) counters_.prompt_tokens += sequence.tokens().size();
      continue;
    }
    if (sequence.generated() == 0) counters_.prompt_tokens += sequence.request().prompt.size();
    const Choice& choice = outcomes_[i].choice;
    if (choice.token >= 0) ++counters_.generated_tokens;
    over_[place] = sequence.accept(choice);
  }
}

void Flight::finish(const Scheduler::Done& done) {
  std::vector<SequencePtr> over;
  for (std::size_t i = 0; i < active_.size(); ++i) {
    if (!over_[i]) continue;
    active_[i]->release_pages(cache_);
    over.push_back(std::move(active_[i]));
  }
  std::erase(active_, nullptr);
  if (!over.empty()) forget_old_prompts();
  counters_.in_flight = static_cast<int>(active_.size());
  // Told last: what `done` throws must find everything in order.
  for (const SequencePtr& sequence : over) done(sequence->index(), sequence->take_completion());
}

}  // namespace candor::engine
