// Exactly one beginning-of-text token comes out, and two are never silent.
#include "engine/chat/prompt.h"

#include <gmock/gmock.h>

#include "data/base/error.h"
#include "tests/engine/chat/small_tokenizer.h"

namespace candor::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr TokenId kBos = 256;

Prompt prompt(std::vector<Segment> segments, bool adds_bos) {
  SmallTokenizer tokenizer({{"<s>"}});
  tokenizer.adds_bos_ = adds_bos;
  return prompt_of(segments, tokenizer);
}

TEST(PromptOfAChat, HasTheBosThatTheTokenizerAdds) {
  EXPECT_THAT(prompt({{"a", true}}, true).tokens, ElementsAre(kBos, 'a'));
  EXPECT_THAT(prompt({{"a", true}}, true).notices, IsEmpty());
  EXPECT_THAT(prompt({}, true).tokens, ElementsAre(kBos));
}

TEST(PromptOfAChat, HasTheBosThatTheTemplateWrites) {
  EXPECT_THAT(prompt({{"<s>a", true}}, false).tokens, ElementsAre(kBos, 'a'));
  EXPECT_THAT(prompt({{"<s>a", true}}, false).notices, IsEmpty());
  EXPECT_THAT(prompt({{"a", true}}, false).tokens, ElementsAre('a'));
}

TEST(PromptOfAChat, HasOneBosWhereBothWouldWriteItAndSaysSo) {
  const Prompt both = prompt({{"<s>a", true}}, true);
  EXPECT_THAT(both.tokens, ElementsAre(kBos, 'a'));
  EXPECT_THAT(both.notices, ElementsAre(HasSubstr("it is there once")));
}

TEST(PromptOfAChat, IsRefusedWithTwo) {
  for (const bool adds_bos : {false, true}) {
    try {
      prompt({{"<s><s>a", true}}, adds_bos);
      FAIL();
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("<s> 2 times"));
    }
  }
}

TEST(PromptOfAChat, SaysWhereTheTemplateRepeatsBos) {
  const Prompt again = prompt({{"a<s>b", true}}, true);
  EXPECT_THAT(again.tokens, ElementsAre(kBos, 'a', kBos, 'b'));
  EXPECT_THAT(again.notices, ElementsAre(HasSubstr("as token 3")));
  // In some vocabularies the same token opens every turn.
  EXPECT_THAT(prompt({{"<s>a<s>b", true}}, false).notices, IsEmpty());
}

TEST(PromptOfAChat, AMessageThatSpellsBosHasNone) {
  const Prompt spelled = prompt({{"<s>", true}, {"<s>", false}, {"b", true}}, true);
  EXPECT_THAT(spelled.tokens, ElementsAre(kBos, '<', 's', '>', 'b'));
}

TEST(PromptOfAChat, WithoutATokenizerTheTextTells) {
  const std::vector<Segment> two = {{"<s><s>a", true}};
  EXPECT_THAT(bos_notices(two, "<s>"), ElementsAre(HasSubstr("twice")));
  EXPECT_THAT(bos_notices(two, ""), IsEmpty());
  const std::vector<Segment> message = {{"<s>", true}, {"<s>a", false}};
  EXPECT_THAT(bos_notices(message, "<s>"), IsEmpty());
  EXPECT_THAT(bos_notices({}, "<s>"), IsEmpty());
}

}  // namespace
}  // namespace candor::engine
