// Every place in which a checkpoint can keep its chat templates, and which of them is meant.
#include "engine/chat/template_source.h"

#include <gmock/gmock.h>

#include "data/base/error.h"
#include "tests/support/gguf_writer.h"
#include "tests/support/temp_folder.h"

namespace candor::engine {
namespace {

using testing::HasSubstr;

class TemplateSourceTest : public testing::Test {
 protected:
  TemplateSource source() const { return TemplateSource::of(folder_.path()); }
  std::string text(std::string_view name = "") const {
    const TemplateSource found = source();
    const NamedTemplate* chosen = found.choose(name);
    return chosen == nullptr ? "(none)" : chosen->text;
  }
  std::string error(std::string_view name = "") const {
    try {
      return "no error: " + text(name);
    } catch (const Error& failure) {
      return failure.what();
    }
  }

  tests::TempFolder folder_;
};

TEST_F(TemplateSourceTest, AFolderMayHaveNone) {
  EXPECT_EQ(text(), "(none)");
  folder_.write("tokenizer_config.json", R"({"chat_template": null, "bos_token": "<s>"})");
  EXPECT_EQ(text(), "(none)");
  EXPECT_THAT(error("rag"), HasSubstr("has no chat template named \"rag\""));
}

TEST_F(TemplateSourceTest, TheFileOfItsOwnComesFirst) {
  folder_.write("chat_template.json", R"({"chat_template": "processor"})");
  EXPECT_EQ(text(), "processor");
  folder_.write("tokenizer_config.json", R"({"chat_template": "config"})");
  EXPECT_EQ(text(), "config");
  folder_.write("chat_template.jinja", "own");
  EXPECT_EQ(text(), "own");
}

TEST_F(TemplateSourceTest, OfNamedOnesTheDefaultIsMeant) {
  folder_.write("tokenizer_config.json",
                R"({"chat_template": [{"name": "rag", "template": "R"},
                                      {"name": "default", "template": "D"}]})");
  EXPECT_EQ(text(), "D");
  EXPECT_EQ(text("rag"), "R");
  EXPECT_THAT(error("tool_use"), HasSubstr("(known: rag, default)"));
}

TEST_F(TemplateSourceTest, WithoutADefaultOneHasToBeNamed) {
  folder_.write("tokenizer_config.json", R"({"chat_template": [{"name": "a", "template": "A"}]})");
  EXPECT_THAT(error(), HasSubstr("--template-name (known: a)"));
  EXPECT_EQ(text("a"), "A");
  EXPECT_EQ(source().find(""), nullptr);
}

TEST_F(TemplateSourceTest, FurtherOnesMayBeFiles) {
  folder_.write("chat_template.jinja", "own");
  folder_.write("additional_chat_templates/tool_use.jinja", "tools");
  folder_.write("additional_chat_templates/README.md", "not one");
  EXPECT_EQ(text(), "own");
  EXPECT_EQ(text("tool_use"), "tools");
  EXPECT_EQ(source().all().size(), 2U);
}

TEST_F(TemplateSourceTest, WhatIsMalformedIsNamed) {
  folder_.write("tokenizer_config.json", R"({"chat_template": 5})");
  EXPECT_THAT(error(), HasSubstr("tokenizer_config.json: chat_template: is neither"));
  folder_.write("tokenizer_config.json", R"({"chat_template": [{"name": "a"}]})");
  EXPECT_THAT(error(), HasSubstr("field \"template\""));
  folder_.write("tokenizer_config.json", R"({"chat_template": ["a"]})");
  EXPECT_THAT(error(), HasSubstr("an entry is not an object"));
  folder_.write("tokenizer_config.json",
                R"({"chat_template": [{"name": "a", "template": "1"},
                                      {"name": "a", "template": "2"}]})");
  EXPECT_THAT(error(), HasSubstr("a second chat template with the name \"a\""));
  folder_.write("tokenizer_config.json", "{");
  EXPECT_THAT(error(), HasSubstr("tokenizer_config.json"));
}

TEST_F(TemplateSourceTest, AGgufFileHasKeys) {
  tests::GgufWriter file;
  file.text("general.architecture", "llama")
      .text("tokenizer.chat_template", "own")
      .text("tokenizer.chat_template.tool_use", "tools")
      .texts("tokenizer.chat_templates", std::vector<std::string>{"tool_use"});
  const auto path = folder_.path() / "model.gguf";
  file.write(path);
  const TemplateSource found = TemplateSource::of(path);
  ASSERT_NE(found.choose(""), nullptr);
  EXPECT_EQ(found.choose("")->text, "own");
  EXPECT_EQ(found.choose("tool_use")->text, "tools");
  EXPECT_THAT(found.choose("tool_use")->place,
              HasSubstr("model.gguf: tokenizer.chat_template.tool_use"));
  EXPECT_EQ(found.all().size(), 2U);
}

}  // namespace
}  // namespace candor::engine
