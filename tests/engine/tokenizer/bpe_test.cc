#include "engine/tokenizer/bpe.h"

#include <gmock/gmock.h>

#include <map>
#include <random>
#include <thread>

#include "data/base/error.h"

namespace candor::engine {
namespace {

struct Vocabulary {
  std::vector<std::string> tokens;
  std::vector<Merge> merges;

  std::vector<bool> ordinary() const { return std::vector<bool>(tokens.size(), true); }
};

// Single bytes of a small alphabet and random merges of what is there so far.
Vocabulary random_vocabulary(std::mt19937& random, int merges) {
  Vocabulary vocabulary;
  std::map<std::string, TokenId> ids;
  for (const char c : std::string("abcd")) {
    ids[std::string(1, c)] = static_cast<TokenId>(vocabulary.tokens.size());
    vocabulary.tokens.push_back(std::string(1, c));
  }
  for (int i = 0; i < merges; ++i) {
    const auto left = static_cast<TokenId>(random() % vocabulary.tokens.size());
    const auto right = static_cast<TokenId>(random() % vocabulary.tokens.size());
    const std::string joined = vocabulary.tokens[static_cast<std::size_t>(left)] +
                               vocabulary.tokens[static_cast<std::size_t>(right)];
    const auto [entry, is_new] =
        ids.emplace(joined, static_cast<TokenId>(vocabulary.tokens.size()));
    if (is_new) vocabulary.tokens.push_back(joined);
    vocabulary.merges.push_back({left, right, entry->second});
  }
  return vocabulary;
}

// The definition: the first merge of the list that applies anywhere, at its leftmost place, again
// and again.
std::vector<TokenId> merged_by_definition(const Vocabulary& vocabulary, const std::string& piece) {
  std::vector<TokenId> ids;
  for (const char c : piece) ids.push_back(static_cast<TokenId>(c - 'a'));
  for (bool changed = true; changed;) {
    changed = false;
    for (const Merge& merge : vocabulary.merges) {
      for (std::size_t i = 0; i + 1 < ids.size() && !changed; ++i) {
        if (ids[i] != merge.left || ids[i + 1] != merge.right) continue;
        ids[i] = merge.result;
        ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        changed = true;
      }
      if (changed) break;
    }
  }
  return ids;
}

TEST(BpeTest, EqualsTheDefinition) {
  std::mt19937 random(3);
  for (int round = 0; round < 60; ++round) {
    const Vocabulary vocabulary = random_vocabulary(random, 40);
    const Bpe bpe(vocabulary.tokens, vocabulary.ordinary(), vocabulary.merges, false);
    for (int i = 0; i < 60; ++i) {
      std::string piece;
      const std::size_t length = 1 + random() % 30;
      for (std::size_t k = 0; k < length; ++k) piece += static_cast<char>('a' + random() % 4);
      const auto expected = merged_by_definition(vocabulary, piece);
      std::vector<TokenId> ids, again;
      bpe.encode(piece, ids);
      bpe.encode(piece, again);  // by way of what it remembers
      ASSERT_EQ(ids, expected) << piece;
      ASSERT_EQ(again, expected) << piece;
    }
  }
}

TEST(BpeTest, WholePiecesOnlyWhenAskedFor) {
  // "abc" is a token that no merge makes.
  const std::vector<std::string> tokens = {"a", "b", "c", "ab", "abc"};
  const std::vector<Merge> merges = {{0, 1, 3}};
  const std::vector<bool> ordinary(5, true);
  std::vector<TokenId> ids;
  Bpe(tokens, ordinary, merges, false).encode("abc", ids);
  EXPECT_THAT(ids, testing::ElementsAre(3, 2));
  ids.clear();
  Bpe(tokens, ordinary, merges, true).encode("abc", ids);
  EXPECT_THAT(ids, testing::ElementsAre(4));
}

TEST(BpeTest, TokensThatAreNotOrdinaryAreNeverProduced) {
  const std::vector<std::string> tokens = {"a", "b", "ab"};
  std::vector<TokenId> ids;
  Bpe(tokens, {true, true, false}, {}, true).encode("ab", ids);
  EXPECT_THAT(ids, testing::ElementsAre(0, 1));
}

TEST(BpeTest, AByteThatTheVocabularyLacksIsAnError) {
  const std::vector<std::string> tokens = {"a"};
  const Bpe bpe(tokens, {true}, {}, false);
  std::vector<TokenId> ids;
  EXPECT_THROW(bpe.encode("az", ids), Error);
}

TEST(BpeTest, ALongPieceTakesNoQuadraticTime) {
  std::mt19937 random(4);
  const Vocabulary vocabulary = random_vocabulary(random, 300);
  const Bpe bpe(vocabulary.tokens, vocabulary.ordinary(), vocabulary.merges, false);
  std::vector<TokenId> ids;
  bpe.encode(std::string(1000000, 'a'), ids);
  std::size_t bytes = 0;
  for (const TokenId id : ids) bytes += vocabulary.tokens[static_cast<std::size_t>(id)].size();
  EXPECT_EQ(bytes, 1000000u);
}

TEST(BpeTest, ThreadsAgree) {
  std::mt19937 random(5);
  const Vocabulary vocabulary = random_vocabulary(random, 200);
  const Bpe bpe(vocabulary.tokens, vocabulary.ordinary(), vocabulary.merges, false);
  std::vector<std::vector<TokenId>> results(4);
  std::vector<std::thread> threads;
  for (auto& ids : results) {
    threads.emplace_back([&bpe, &vocabulary, &ids] {
      for (const std::string& token : vocabulary.tokens) bpe.encode(token, ids);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& ids : results) EXPECT_EQ(ids, results.front());
}

}  // namespace
}  // namespace candor::engine
