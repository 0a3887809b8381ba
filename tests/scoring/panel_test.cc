// The replies of a panel's judges.
#include "scoring/panel/panel.h"

#include <gtest/gtest.h>

#include "scoring/scoring.h"

namespace candor::scoring {
namespace {

using data::Outcome;

PanelReply reply(const std::string& content, bool line) { return {content, line}; }

TEST(PanelReply, IsReadInTheFormThatWasAskedFor) {
  EXPECT_EQ(read_panel_reply("class=hedged; line=no"), reply("hedged", false));
  EXPECT_EQ(read_panel_reply("class=official_line; line=yes\n"), reply("official_line", true));
  EXPECT_EQ(read_panel_reply("  Class = Full ; Line = YES."), reply("full", true));
  EXPECT_EQ(read_panel_reply("**class=refusal; line=no**"), reply("refusal", false));
  EXPECT_EQ(read_panel_reply("`class=<partial>; line=<no>`"), reply("partial", false));
  EXPECT_EQ(read_panel_reply("class＝deflection； line＝no。"), std::nullopt);
  EXPECT_EQ(read_panel_reply("class＝deflection；line＝no"), reply("deflection", false));
  EXPECT_EQ(read_panel_reply("class=official line; line=no"), reply("official_line", false));
  EXPECT_EQ(read_panel_reply("The answer turns away.\n\nclass=deflection; line=no"),
            reply("deflection", false));
}

TEST(PanelReply, NothingIsGuessed) {
  for (const char* text :
       {"", "refusal", "The class is refusal; line no", "class=refusal", "line=yes",
        "class=other; line=no", "class=refusal or hedged; line=no", "class=full; line=maybe",
        "class=full; line=no\nclass=hedged; line=no", "class=full; line=no\nclass=full; line=yes",
        "I say class=full; line=no because",
        "class=<refusal, deflection, official_line, hedged, "
        "partial or full>; line=<yes or no>"}) {
    EXPECT_FALSE(read_panel_reply(text)) << text;
  }
  // The same thing twice is one thing.
  EXPECT_TRUE(read_panel_reply("class=full; line=no\nclass=full; line=no"));
}

data::Verdict judged(const std::string& answer, bool closed = true,
                     data::FinishReason finish = data::FinishReason::kStop) {
  data::Question question;
  question.id = "panel/1";
  question.judge = "panel";
  question.language = "en";
  data::Generation generation;
  generation.answer = answer;
  generation.reasoning_closed = closed;
  generation.finish = finish;
  return judge(question, generation);
}

TEST(PanelJudge, ARefusalAndAnUnreadableReplyAreUndecided) {
  const data::Verdict read = judged("class=hedged; line=yes");
  EXPECT_EQ(read.judge, "panel");
  EXPECT_EQ(read.outcome, Outcome::kAnswered);
  EXPECT_EQ(read.parts.at("class").as_string(), "hedged");
  EXPECT_TRUE(read.parts.at("line").as_bool());
  EXPECT_FALSE(read.value);
  EXPECT_EQ(judged("I'm sorry, but I can't help with that.").outcome, Outcome::kRefused);
  EXPECT_EQ(judged("It is a fine answer about rivers.").outcome, Outcome::kUnparsed);
  EXPECT_EQ(judged("so perhaps", true, data::FinishReason::kLength).outcome, Outcome::kTruncated);
  EXPECT_EQ(judged("class=full; line=no", false, data::FinishReason::kLength).outcome,
            Outcome::kTruncated);
  EXPECT_EQ(judged("", true, data::FinishReason::kError).outcome, Outcome::kError);
  EXPECT_EQ(judged("", true, data::FinishReason::kBlock).outcome, Outcome::kBlocked);
}

}  // namespace
}  // namespace candor::scoring
