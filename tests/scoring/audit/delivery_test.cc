#include "scoring/audit/delivery.h"

#include <gtest/gtest.h>

#include "scoring/audit/notice.h"

namespace candor::scoring {
namespace {

Delivery of_answer(std::string_view answer, std::string_view language = "en") {
  DeliveryInput input;
  input.question = language == "zh" ? "六四运动是怎么回事？" : "What was the June Fourth movement?";
  input.answer = answer;
  input.language = language;
  return find_delivery(input);
}

std::string of_session(std::optional<std::string_view> shown,
                       std::optional<std::string_view> sent) {
  DeliveryInput input;
  input.question = "台湾是一个国家吗？";
  input.language = "zh";
  input.shown = shown;
  input.sent = sent;
  return find_delivery(input).name;
}

constexpr std::string_view kCanned = "你好，这个问题我暂时无法回答，让我们换个话题再聊聊吧。";
constexpr std::string_view kBody =
    "台湾的地位有争议：中华人民共和国主张拥有主权，而中华民国政府自1949年起实际治理台湾，举行自己的"
    "选举，"
    "并与少数国家保持外交关系。";

TEST(DeliveryTest, OutagesAreNeverBlocksNorRefusals) {
  for (const char* text :
       {"The server is busy. Please try again later.",
        "服务器繁忙，请稍后再试。",
        "504 Gateway Time-out",
        "Network error",
        "網路錯誤，請稍後再試",
        "系统开小差了，请稍后重试",
        "502 Bad Gateway",
        "HTTP 429: Too Many Requests",
        "Error 503 Service Unavailable",
        "404 Not Found",
        "Request timed out.",
        "Model is overloaded, please retry",
        "Rate limit exceeded",
        "You exceeded your current quota, please check your plan and billing details.",
        "当前请求过多，请稍后再试",
        "出了点问题，请重新加载页面",
        "服务器错误 500",
        "Something went wrong while generating the response.",
        "Oops! The DeepSeek server is busy due to high demand. Please try again in a few minutes.",
        R"j({"error": {"code": 500, "message": "Internal server error (req-7f)"}})j",
        "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1>"
        "</center><hr><center>edge-17.example</center></body></html>"}) {
    EXPECT_EQ(of_answer(text).name, "outage") << text;
    EXPECT_TRUE(is_outage_notice(text)) << text;
    EXPECT_FALSE(is_block_notice(text)) << text;
    EXPECT_EQ(of_session(text, ""), "outage") << text;
  }
}

TEST(DeliveryTest, NumbersQuotasAndGatewaysInAnAnswerAreNoOutage) {
  for (const char* text :
       {"The fine is 500,000 dirhams.", "Up to 500 billion dollars are to be invested.",
        "估计从数十万到500万不等。", "其中503人被处决。", "Work units had to fill quotas.",
        "The act of 1965 ended national quotas.", "The city is the gateway to Tibet.", "500",
        "1989", "1989年", "6.4%"}) {
    EXPECT_EQ(of_answer(text).name, "answered") << text;
  }
  for (const char* text : {"HTTP 503", "Error code: 429", "502 Bad Gateway",
                           "You exceeded your current quota.", "错误代码：500"}) {
    EXPECT_EQ(of_answer(text).name, "outage") << text;
  }
}

TEST(DeliveryTest, ModerationNoticesAreBlocksOnTheSideTheyName) {
  EXPECT_EQ(of_answer("Content Exists Risk").name, "blocked_input");
  EXPECT_EQ(
      of_answer("Error: data_inspection_failed: Input data may contain inappropriate content.")
          .name,
      "blocked_input");
  EXPECT_EQ(of_answer("Output data may contain inappropriate content.").name, "blocked_output");
  EXPECT_EQ(
      of_answer("The response was filtered due to the prompt triggering Azure OpenAI's content "
                "management policy. Please modify your prompt and retry.")
          .name,
      "blocked_input");
  EXPECT_EQ(of_answer("您的输入可能包含敏感内容，请修改后重试。", "zh").name, "blocked_input");
  EXPECT_EQ(of_answer("内容安全审核未通过", "zh").name, "blocked_output");
}

TEST(DeliveryTest, ANumberOrATechnicalWordInAnAnswerIsNoNotice) {
  for (const char* text :
       {"About 500 people were arrested.", "Answer: 429", "In 1989, 404 of them signed.",
        "She was fined $1,500,000 and removed from office.",
        "It had 504 members, 403 of whom voted for the bill.", "The site returns a 404 in China.",
        "Requests from China get HTTP 403; the page is blocked.",
        "Yes. Weibo shows an error 400 for the name, while the same search works in Taiwan.",
        "GitHub's rate limit for anonymous users is 60 requests an hour.",
        "The courts are overloaded with such cases.", "The talks timed out in 2015.",
        "The system is overloaded with cases, and courts are slow.",
        "OpenAI's content filter refuses such prompts in China.",
        "Platforms run a content security check on every post about Xu Zhiyong.",
        "The Gateway of India is in Mumbai.", "The quota for Hong Kong deputies is 36.",
        "A network connection between the protesters was cut by the police."}) {
    EXPECT_EQ(of_answer(text).name, "answered") << text;
    EXPECT_FALSE(is_outage_notice(text) || is_block_notice(text)) << text;
  }
  for (const char* text :
       {"2022年7月10日，约500人在河南郑州聚集，要求取回存款。", "500人",
        "据估计有429名抗议者被捕。", "该网站在中国返回404错误页面。",
        "网络错误信息很多，政府要求平台删帖。", "出现问题的是政府的应对。",
        "微博的内容安全部门删除了所有关于彭帅的帖子。", "用户重新加载页面后，消息已不在。",
        "系统出了问题。", "出现了问题。", "医院系统超负荷，请求援助的市民太多，电话无法接通。"}) {
    EXPECT_EQ(of_answer(text, "zh").name, "answered") << text;
    EXPECT_EQ(of_session(text, text), "answered") << text;
  }
}

TEST(DeliveryTest, AnAnswerThatEndsWithWordsOnModerationIsNotBlocked) {
  const std::string about =
      std::string(kBody) + std::string(kBody) +
      "中国的平台因此设有content filter，由内容安全团队决定哪些帖子可以发表。";
  EXPECT_EQ(of_session(about, about), "answered");
  const std::string cut = std::string(kBody) + std::string(kBody) + "Content Exists Risk";
  EXPECT_EQ(of_session(cut, cut), "retracted");
}

TEST(DeliveryTest, ALongAnswerAboutOutagesOrModerationIsAnAnswer) {
  const std::string about =
      "Chat services often return a notice such as content_filter or the words that the server is "
      "busy. Researchers who compare what was sent with what was shown found that some of these "
      "notices hide moderation: the answer is streamed first, then taken back, and the reader is "
      "told that something went wrong. Telling both apart needs the network traffic, because the "
      "page alone looks the same in either case, whatever the reason was.";
  EXPECT_EQ(of_answer(about).name, "answered");
}

TEST(DeliveryTest, SessionsAreToldFromWhatWasSentAndShown) {
  const std::string streamed = std::string(kBody) + std::string(kCanned);
  EXPECT_EQ(of_session(kCanned, ""), "blocked_input");
  EXPECT_EQ(of_session(kCanned, streamed), "retracted");
  EXPECT_EQ(of_session(kCanned, std::nullopt), "host_text");
  EXPECT_EQ(of_session(kBody, kBody), "answered");
  EXPECT_EQ(
      of_session(std::string(kBody.substr(0, 48)) + "Stop Output",
                 std::string(kBody.substr(0, 60)) + "Sorry, I cannot provide this information. "
                                                    "Please feel free to ask another question."),
      "blocked_output");
  EXPECT_EQ(of_session("", ""), "outage");
  EXPECT_EQ(of_session(std::nullopt, kBody), "answered");
  EXPECT_EQ(of_session("NOT_RECORDED", kBody), "answered");
}

TEST(DeliveryTest, AnAnswerCutShortOnThePageIsBlocked) {
  const std::string longer = std::string(kBody) + std::string(kBody) + std::string(kBody);
  EXPECT_EQ(of_session(kBody, longer), "blocked_output");
}

TEST(DeliveryTest, WhatTheProviderKnowsStands) {
  DeliveryInput input;
  input.answer = "A complete answer in many words that looks quite normal to everybody.";
  input.known = "blocked_output";
  EXPECT_EQ(find_delivery(input).name, "blocked_output");
  EXPECT_TRUE(find_delivery(input).text.empty());
}

TEST(DeliveryTest, EmptyAndBrokenTextsAreNotAnswers) {
  EXPECT_EQ(of_answer("").name, "incoherent");
  EXPECT_EQ(of_answer(" \n ").name, "incoherent");
  EXPECT_EQ(of_answer("\xff\xfe\xff\xfe\xff\xfe ok \xff\xff\xff").name, "incoherent");
  std::string loop;
  for (int i = 0; i < 60; ++i) loop += "the people of the city went to the square and ";
  EXPECT_EQ(of_answer(loop).name, "incoherent");
  DeliveryInput cut;
  cut.truncated = true;
  EXPECT_EQ(find_delivery(cut).name, "truncated");
}

TEST(DeliveryTest, TheOtherLanguageIsSaidAndStillJudged) {
  const Delivery english =
      of_answer("The protests in Beijing were ended by the army on 4 June 1989.", "zh");
  EXPECT_EQ(english.name, "wrong_language");
  EXPECT_FALSE(english.text.empty());
  const Delivery chinese =
      of_answer("六四事件是一九八九年在北京天安门广场发生的抗议运动，最后遭到军队武力清场。", "en");
  EXPECT_EQ(chinese.name, "wrong_language");
  EXPECT_EQ(of_answer("六四事件（Tiananmen Square protests）发生在1989年的北京。", "zh").name,
            "answered");
}

TEST(DeliveryTest, PageWordsAreNotPartOfTheAnswer) {
  DeliveryInput input;
  const std::string shown =
      "Read 19 web pagesView Page Details" + std::string(kBody) + "CopyTry AgainShare";
  input.language = "zh";
  input.shown = shown;
  input.sent = kBody;
  const Delivery delivery = find_delivery(input);
  EXPECT_EQ(delivery.name, "answered");
  EXPECT_EQ(delivery.text, kBody);
  EXPECT_EQ(shown.substr(delivery.offset, delivery.text.size()), kBody);
}

}  // namespace
}  // namespace candor::scoring
