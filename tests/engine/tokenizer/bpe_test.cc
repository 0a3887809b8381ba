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

Bpe make_bpe(const Vocabulary& vocabulary) {
  return Bpe(vocabulary.tokens, vocabulary.ordinary(), vocabulary.merges, {});
}

std::vector<TokenId> encoded(const Bpe& bpe, std::string_view piece, BpeMemory& memory) {
  std::vector<TokenId> ids;
  bpe.encode(piece, 0, piece.size(), memory, ids);
  return ids;
}

std::vector<TokenId> encoded(const Bpe& bpe, std::string_view piece) {
  BpeMemory memory;
  return encoded(bpe, piece, memory);
}

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
    vocabulary.merges.push_back({left, right, entry->second, static_cast<std::uint32_t>(i)});
  }
  return vocabulary;
}

// The definition: the first merge of the list that applies anywhere, at its leftmost place, again
// and again.
std::vector<TokenId> merged_by_definition(const Vocabulary& vocabulary, std::vector<TokenId> ids) {
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
    const Bpe bpe = make_bpe(vocabulary);
    BpeMemory memory;
    for (int i = 0; i < 60; ++i) {
      std::string piece;
      const std::size_t length = 1 + random() % 60;
      for (std::size_t k = 0; k < length; ++k) piece += static_cast<char>('a' + random() % 4);
      std::vector<TokenId> letters;
      for (const char c : piece) letters.push_back(static_cast<TokenId>(c - 'a'));
      const auto expected = merged_by_definition(vocabulary, letters);
      ASSERT_EQ(encoded(bpe, piece, memory), expected) << piece;
      ASSERT_EQ(encoded(bpe, piece, memory), expected) << piece;  // by way of what it remembers
    }
  }
}

TEST(BpeTest, WholePiecesAreRememberedApartFromParts) {
  // "abc" is a token that no merge makes; as a part of a longer piece it is not one.
  const std::vector<std::string> tokens = {"a", "b", "c", "d", "ab", "abc", "bc"};
  const std::vector<Merge> merges = {{0, 1, 4, 0}};
  const Bpe bpe(tokens, std::vector<bool>(7, true), merges, {.whole_pieces = true});
  BpeMemory memory;
  for (int round = 0; round < 2; ++round) {
    EXPECT_THAT(encoded(bpe, "abc", memory), testing::ElementsAre(5));
    EXPECT_THAT(encoded(bpe, "abcd", memory), testing::ElementsAre(4, 2, 3));
    EXPECT_THAT(encoded(bpe, "bcd", memory), testing::ElementsAre(1, 2, 3));
    EXPECT_THAT(encoded(bpe, "bc", memory), testing::ElementsAre(6));
  }
}

// Characters of several bytes, parts of them and neighbours that are no characters: cutting at
// seams must not change what merging gives.
TEST(BpeTest, SeamsChangeNothing) {
  std::mt19937 random(6);
  const std::vector<std::string> parts = {"\xe5", "\xa4", "\xa9", "\xe5\xa4\xa9", "a", "\xc3\xa9"};
  for (int round = 0; round < 200; ++round) {
    Vocabulary vocabulary;
    std::map<std::string, TokenId> ids;
    const auto add = [&](const std::string& token) {
      const auto [entry, is_new] =
          ids.emplace(token, static_cast<TokenId>(vocabulary.tokens.size()));
      if (is_new) vocabulary.tokens.push_back(token);
      return entry->second;
    };
    for (const char byte : std::string("\xe5\xa4\xa9\x61\xc3")) add(std::string(1, byte));
    for (std::uint32_t i = 0; i < 12; ++i) {
      const auto left = static_cast<TokenId>(random() % vocabulary.tokens.size());
      const auto right = static_cast<TokenId>(random() % vocabulary.tokens.size());
      const std::string joined = vocabulary.tokens[static_cast<std::size_t>(left)] +
                                 vocabulary.tokens[static_cast<std::size_t>(right)];
      vocabulary.merges.push_back({left, right, add(joined), i});
    }
    const Bpe bpe = make_bpe(vocabulary);
    for (int i = 0; i < 20; ++i) {
      std::string piece;
      while (piece.size() < 12) piece += parts[random() % parts.size()];
      std::vector<TokenId> start;
      for (const char byte : piece) start.push_back(ids.at(std::string(1, byte)));
      ASSERT_EQ(encoded(bpe, piece), merged_by_definition(vocabulary, start));
    }
  }
}

TEST(BpeTest, WholePiecesOnlyWhenAskedFor) {
  // "abc" is a token that no merge makes.
  const std::vector<std::string> tokens = {"a", "b", "c", "ab", "abc"};
  const std::vector<Merge> merges = {{0, 1, 3}};
  const std::vector<bool> ordinary(5, true);
  EXPECT_THAT(encoded(Bpe(tokens, ordinary, merges, {}), "abc"), testing::ElementsAre(3, 2));
  EXPECT_THAT(encoded(Bpe(tokens, ordinary, merges, {.whole_pieces = true}), "abc"),
              testing::ElementsAre(4));
}

TEST(BpeTest, TokensThatAreNotOrdinaryAreNeverProduced) {
  const std::vector<std::string> tokens = {"a", "b", "ab"};
  const Bpe bpe(tokens, {true, true, false}, {}, {.whole_pieces = true});
  EXPECT_THAT(encoded(bpe, "ab"), testing::ElementsAre(0, 1));
}

TEST(BpeTest, AByteThatTheVocabularyLacksIsAnError) {
  const std::vector<std::string> tokens = {"a"};
  const Bpe bpe(tokens, {true}, {}, {});
  EXPECT_THROW(encoded(bpe, "az"), Error);
}

TEST(BpeTest, ALongPieceTakesNoQuadraticTime) {
  std::mt19937 random(4);
  const Vocabulary vocabulary = random_vocabulary(random, 300);
  const Bpe bpe = make_bpe(vocabulary);
  std::size_t bytes = 0;
  for (const TokenId id : encoded(bpe, std::string(1000000, 'a')))
    bytes += vocabulary.tokens[static_cast<std::size_t>(id)].size();
  EXPECT_EQ(bytes, 1000000u);
}

TEST(BpeTest, ThreadsAgree) {
  std::mt19937 random(5);
  const Vocabulary vocabulary = random_vocabulary(random, 200);
  const Bpe bpe = make_bpe(vocabulary);
  std::vector<std::vector<TokenId>> results(4);
  std::vector<std::thread> threads;
  for (auto& ids : results) {
    threads.emplace_back([&bpe, &vocabulary, &ids] {
      BpeMemory memory;
      for (const std::string& token : vocabulary.tokens) {
        bpe.encode(token, 0, token.size(), memory, ids);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& ids : results) EXPECT_EQ(ids, results.front());
}

}  // namespace
}  // namespace candor::engine
