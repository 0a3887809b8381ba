// The order in which a queue is taken up: a walk of the prefix tree, longest expected subtree
// first.
#include "engine/batch/queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace candor::engine {
namespace {

using ::testing::ElementsAre;

// `shared` tokens of value `start`, then `own`.
Request request_of(TokenId start, std::size_t shared, TokenId own, double expected) {
  Request request;
  request.prompt.assign(shared, start);
  request.prompt.push_back(own);
  request.sampling.max_tokens = 1000;
  request.expected_tokens = expected;
  return request;
}

TEST(QueueOrder, TakesWhatSharesAStartTogetherAndTheLongestExpectedFirst) {
  const std::vector<Request> requests = {
      request_of(1, 100, 5, 10),  // one subtree: 100 tokens in common
      request_of(2, 100, 5, 50),  // another
      request_of(1, 100, 3, 40), request_of(2, 100, 3, 20), request_of(3, 100, 1, 30),
  };
  EXPECT_THAT(queue_order(requests), ElementsAre(3, 1, 2, 0, 4));
}

TEST(QueueOrder, AStartThatAllShareMakesNoSubtree) {
  const std::vector<Request> requests = {request_of(1, 200, 5, 10), request_of(1, 200, 6, 30),
                                         request_of(1, 200, 7, 20)};
  EXPECT_THAT(queue_order(requests), ElementsAre(1, 2, 0));
}

TEST(QueueOrder, SamplesOfAQuestionStayTogetherInTheirOrder) {
  std::vector<Request> requests = {request_of(1, 3, 5, 10), request_of(2, 3, 5, 90),
                                   request_of(1, 3, 5, 20), request_of(2, 3, 5, 5)};
  EXPECT_THAT(queue_order(requests), ElementsAre(1, 3, 0, 2));
}

TEST(QueueOrder, AnUnknownLengthCountsAsTheLimitAndScoringAsNone) {
  std::vector<Request> requests = {request_of(1, 3, 5, 10), request_of(2, 3, 5, 0),
                                   request_of(3, 3, 5, 2000), request_of(4, 3, 5, 500)};
  requests[3].continuation = {1};
  EXPECT_THAT(queue_order(requests), ElementsAre(1, 2, 0, 3));
  EXPECT_TRUE(queue_order({}).empty());
}

}  // namespace
}  // namespace candor::engine
