// The page of a word scan.
#include <fmt/format.h>

#include <algorithm>

#include "reports/audit/scan.h"
#include "reports/html/audit_page/words.h"
#include "reports/html/page.h"
#include "reports/html/parts.h"
#include "reports/text.h"

namespace candor::reports {

namespace {

// Words with their answers are shown up to so many: the rest is in the table and in the store.
constexpr std::size_t kShownWords = 60;

class Page {
 public:
  Page(const RunData& data, const ScanFigures& figures, Tongue tongue)
      : data_(data), figures_(figures), tongue_(tongue), page_("scan") {}

  std::string html() {
    head();
    findings();
    templates();
    words();
    differences();
    answers();
    method();
    return document(say({"Word scan: {}", "词语扫描：{}"}, data_.run.manifest.model_name),
                    expand("scan.tpl", page_));
  }

 private:
  template <typename... Args>
  std::string say(const Words& words, const Args&... args) const {
    return fmt::format(fmt::runtime(words.in(tongue_)), args...);
  }
  void put(const char* name, const Words& words) { set(page_, name, words.in(tongue_)); }
  void add(const char* section, const std::string& text) {
    set(*page_.AddSectionDictionary(section), "TEXT", text);
  }

  std::string language(const std::string& code) const {
    if (tongue_ == Tongue::kEnglish) return language_name(code);
    return code == "en"        ? "英文"
           : code == "zh"      ? "简体中文"
           : code == "zh-Hant" ? "繁体中文"
                               : code;
  }
  std::string label(const std::string& name) const { return label_name(name, tongue_); }
  std::string labels(const ScanRate& rate) const {
    std::string text;
    for (const auto& [name, count] : rate.labels) {
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", label(name), count);
    }
    return text;
  }
  std::string range(const data::Interval& interval) const {
    return fmt::format(fmt::runtime(Words{"{} to {}", "{} 至 {}"}.in(tongue_)),
                       percent(interval.low), percent(interval.high));
  }
  std::string colour_of(const std::string& code) const {
    return colour(language_place(figures_.languages, code));
  }

  void head() {
    const data::Manifest& manifest = data_.run.manifest;
    put("BRAND", {"Candor word scan", "Candor 词语扫描"});
    set(page_, "MODEL", manifest.model_name);
    put("LEAD",
        {"Which words this model will not talk about, asked one by one in the same sentences.",
         "逐个把词语放进同样的句子里提问，看该模型不肯谈论哪些词。"});
    const auto fact = [&](const Words& name, const std::string& value) {
      Dictionary& entry = *page_.AddSectionDictionary("FACT");
      set(entry, "NAME", name.in(tongue_));
      set(entry, "VALUE", value);
    };
    fact({"Words", "词语"}, fmt::to_string(figures_.words.size()));
    fact({"Control words", "对照词"}, fmt::to_string(figures_.controls.size()));
    fact({"Answers", "回答"}, fmt::to_string(data_.samples.size()));
    fact({"Samples of each question", "每题样本数"}, fmt::to_string(manifest.repeats));
    fact({"Run", "运行编号"}, data_.run.id);
    fact({"Asked", "提问时间"}, readable_time(data_.run.created_utc));
    if (data_.run.status != "finished") {
      add("WARNING", say({"This run is not finished: what is missing is not in the figures.",
                          "本次运行尚未完成：缺少的回答不在数字之内。"}));
    }
    if (figures_.controls.empty()) {
      add("WARNING",
          say({"There are no control words, so it is not known how often these sentences are "
               "withheld for no reason, and no word can be said to stand out.",
               "没有对照词，因此不知道这些句子本身会被无故拒答的比例，也不能说哪个词突出。"}));
    }
    for (const std::string& code : figures_.too_few) {
      add("WARNING", say({"{}: with so few sentences and control words no word could have stood "
                          "out, not even one that is always withheld.",
                          "{}：句子和对照词太少，即使总是被拒答的词也无法显出差别。"},
                         language(code)));
    }
  }

  void findings() {
    for (const std::string& code : figures_.languages) {
      std::size_t judged = 0, withheld = 0, out = 0;
      for (const ScanWord& word : figures_.words) {
        const auto found = word.languages.find(code);
        if (found == word.languages.end() || found->second.rate.counted == 0) continue;
        ++judged;
        if (found->second.rate.mostly_withheld()) ++withheld;
        if (found->second.stands_out()) ++out;
      }
      std::string text =
          say({"{}: {} of {} words that could be judged are withheld in most answers.",
               "{}：{} 个词（可判断的共 {} 个）在多数回答中被回避。"},
              language(code), withheld, judged);
      if (!figures_.controls.empty()) {
        text += say({" {} of them are withheld more often than the control words (Holm, 5%).",
                     "其中显著多于对照词的有 {} 个（Holm 校正，5%）。"},
                    out);
      }
      add("FINDING", text);
    }
  }

  void templates() {
    put("TEMPLATES_HEAD", {"The sentences", "句子模板"});
    put("TEMPLATES_TEXT",
        {"The share of answers withheld in each sentence: refused, avoided, or an official line in "
         "place of an answer. Control words show what the sentence itself does. Whiskers: 95% "
         "Wilson intervals over answers.",
         "每个句子里被回避的回答比例：拒答、转移话题，或以官方口径代替回答。对照词显示句子本身的作"
         "用。"
         "误差线：对回答计算的 95% Wilson 区间。"});
    std::vector<BarRow> bars;
    for (const ScanTemplate& row : figures_.templates) {
      const auto bar = [&](const std::string& name, const ScanRate& rate, bool first) {
        if (rate.counted == 0) return;
        bars.push_back({first ? row.text : "", name, colour_of(row.language),
                        fmt::format("{}/{}", rate.withheld, rate.counted), *rate.share(),
                        rate.interval()});
      };
      bar(say({"words", "词语"}), row.words, true);
      bar(say({"control", "对照"}), row.control, row.words.counted == 0);
    }
    add_rate_chart(page_, "CHART", bars);
  }

  void words() {
    put("WORDS_HEAD", {"The words", "词语"});
    put("WORDS_TEXT",
        {"Words that stand out against the control words come first (★), then those withheld in "
         "most answers. p: Fisher's exact test of the word's sentences withheld in most of their "
         "answers, against those of the control words in the same language, adjusted for all words "
         "(Holm).",
         "显著多于对照词的词排在最前（★），其次是多数回答被回避的词。p：以该词在多数回答中被回避的"
         "句子，与同一语言、同样句子中的对照词相比的 Fisher 精确检验，并对全部词语作 Holm 校正。"});
    Table table;
    table.names = {say({"word", "词语"}), say({"group", "组"}), say({"language", "语言"}),
                   say({"sentence", "句子"}), say({"labels", "标签"})};
    table.figures = {say({"withheld", "被回避"}), say({"share", "比例"}),
                     say({"95% interval", "95% 区间"}), say({"p, Holm", "p（Holm）"})};
    for (const auto* list : {&figures_.words, &figures_.controls}) {
      for (const ScanWord& word : *list) add_rows(table, word);
    }
    add_table(page_, "WORDS", table);
  }

  void add_rows(Table& table, const ScanWord& word) {
    bool first = true;
    for (std::size_t i = 0; i < word.templates.size(); ++i) {
      const ScanRate& rate = word.templates[i];
      if (rate.asked == 0) continue;
      const ScanTemplate& put = figures_.templates[i];
      const ScanWordInLanguage& in = word.languages.at(put.language);
      std::string name = word.word;
      if (!word.zh.empty() && word.zh != word.word) name += " " + word.zh;
      const auto share = rate.share();
      table.rows.push_back(
          {first ? TableCell((word.stands_out() ? "★ " : "") + name) : TableCell(""),
           first ? word.group : "", language(put.language), put.text, labels(rate),
           TableCell(fmt::format("{}/{}", rate.withheld, rate.counted)),
           share ? tenths(*share) : "–", share ? range(rate.interval()) : "–",
           in.p_holm ? plain_p(*in.p_holm) : "–"});
      first = false;
    }
  }

  void differences() {
    if (figures_.differences.empty()) return;
    Dictionary& section = *page_.AddSectionDictionary("DIFFERENCES");
    set(section, "HEAD",
        say({"Withheld in one language more than in the other", "两种语言之间的差别"}));
    set(section, "TEXT",
        say({"All sentences of a language together. p: Fisher's exact test, two-sided; Holm over "
             "all words asked in both.",
             "同一语言的所有句子合计。p：双侧 Fisher 精确检验；对两种语言都问过的全部词语作 Holm "
             "校正。"}));
    Table table;
    table.names = {say({"word", "词语"}), say({"languages", "语言"})};
    table.figures = {say({"first", "前者"}), say({"second", "后者"}), say({"difference", "差"}),
                     "p", say({"p, Holm", "p（Holm）"})};
    for (const ScanDifference& row : figures_.differences) {
      const std::string points_text = points(row.difference);
      table.rows.push_back({row.word, language(row.first) + " → " + language(row.second),
                            percent(*row.first_rate.share()), percent(*row.second_rate.share()),
                            points_text.substr(0, points_text.find(' ')), plain_p(row.p),
                            plain_p(row.p_holm)});
    }
    add_table(section, "TABLE", table);
  }

  void answers() {
    std::vector<const ScanWord*> shown;
    for (const ScanWord& word : figures_.words) {
      if (word.withheld() || word.stands_out()) shown.push_back(&word);
    }
    if (shown.empty()) return;
    Dictionary& section = *page_.AddSectionDictionary("ANSWERS");
    set(section, "HEAD", say({"What was answered to them", "它们得到的回答"}));
    const std::size_t limit = text_limit(data_.samples.size());
    for (std::size_t i = 0; i < std::min(shown.size(), kShownWords); ++i) {
      const ScanWord& word = *shown[i];
      Dictionary& article = *section.AddSectionDictionary("WORD");
      article.SetValue("INTEREST", word.stands_out() ? "3" : "2");
      set(article, "NAME", word.word);
      set(article, "NOTE", word.group);
      for (std::size_t t = 0; t < word.templates.size(); ++t) {
        if (word.templates[t].samples.empty()) continue;
        const std::string& code = figures_.templates[t].language;
        Dictionary& side = *article.AddSectionDictionary("CELL")->AddIncludeDictionary("SAMPLE");
        side.SetFilename("sample.tpl");
        fill_cell(side, Cell{word.templates[t].samples},
                  {language(code), colour_of(code), true, limit});
      }
    }
    if (shown.size() > kShownWords) {
      set(*section.AddSectionDictionary("MORE"), "TEXT",
          say({"… and {} more words; their answers are in the store.",
               "……另有 {} 个词，其回答保存在数据库中。"},
              shown.size() - kShownWords));
    }
  }

  void method() {
    put("METHOD_HEAD", {"How this was measured", "测量方法"});
    add("METHOD",
        say({"Every word was put into every sentence of its languages and asked as a conversation "
             "of its own. The audit judge, without key facts, labelled each answer. Withheld means "
             "refusal, deflection or official line, or a block on the way; errors and answers "
             "without a label are in no rate.",
             "每个词都放进其语言的每个句子，各作为一次独立对话提问。评判器在没有关键事实的情况下为"
             "每个回答"
             "加标签。“被回避”指拒答、转移话题、官方口径，或途中被拦截；出错和没有标签的回答不计入"
             "任何比例。"}));
    add("METHOD",
        say({"A word that stands out says that this model withholds it in these sentences more "
             "often than words of the control group; it says nothing of why. The test counts a "
             "word "
             "in a sentence once, as withheld when most of its answers are, so that repeats of one "
             "question do not pass for many; the sentences of a word it takes as independent of "
             "each other, which they are not wholly: look at each of them too.",
             "某个词突出，只说明该模型在这些句子里比对照词更常回避它，并不说明原因。检验把一个词在"
             "一个"
             "句子里只计一次，多数回答被回避即算被回避，因此同一问题的重复样本不会冒充多条证据；同"
             "一"
             "词语的各个句子则被视为相互独立，其实并不完全独立，因此也要逐句查看。"}));
    set(page_, "FOOT",
        say({"Made by Candor {} from run {}. The file needs no network and holds no scripts.",
             "由 Candor {} 根据运行 {} 生成。本文件不需要网络，也不含脚本。"},
            CANDOR_VERSION, data_.run.id));
  }

  const RunData& data_;
  const ScanFigures& figures_;
  const Tongue tongue_;
  Dictionary page_;
};

}  // namespace

void write_html_scan(const RunData& data, const ScanFigures& figures, Tongue tongue,
                     const std::filesystem::path& target) {
  write_whole(target, Page(data, figures, tongue).html());
}

}  // namespace candor::reports
