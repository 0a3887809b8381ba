// A notice is found in two steps. A trigger must be there: wording that only notices and texts
// about them have. Then what remains without the words that notices are made of is counted: a
// notice has next to nothing else, while an answer that mentions one names who, where and when. So
// the lists of words may be long, and a number is a status code only beside words that make it one.
#include "scoring/audit/notice.h"

#include <re2/re2.h>

#include <algorithm>
#include <string>

#include "scoring/audit/pattern.h"
#include "scoring/audit/text.h"

namespace candor::scoring {
namespace {

// Notices are short, error pages have markup.
constexpr int kNoticeUnits = 60;
constexpr int kPageUnits = 200;
// The share of other words in a notice is at most one in so many. Blocks explain themselves.
constexpr int kStrangersOfOutage = 10;
constexpr int kStrangersOfBlock = 4;

const RE2& block_trigger() {
  static const RE2 pattern(
      R"((content ?exists ?risk|content security (?:warning|check|policy)|data ?inspection|)"
      R"(content[ -]?filter|content management policy|may contain inappropriate|)"
      R"(inappropriate content|responsible ?ai ?policy|prohibited ?content|)"
      R"(sensitive content detected|moderation (?:blocked|flagged)|flagged by|)"
      R"(内容安全|(?:输入|输出|文本|内容)(?:数据)?可能(?:包含|含有|涉及)(?:不当|不适当|敏感|违规)|)"
      R"((?:包含|含有|涉及)(?:敏感|违规)(?:词|内容|信息).{0,12}(?:重新|修改|调整)|审核(?:未通过|不通过)))");
  return pattern;
}

const RE2& outage_trigger() {
  static const RE2 pattern(
      R"(\b(?:servers?|service|system|model|network|engine|site|bot|host) (?:is |are |has |)"
      R"(seems )?(?:currently |temporarily |too |very |at )*(?:busy|overloaded|unavailable|down|)"
      R"(error|capacity|unreachable|timed out)|\bover(?:loaded|[ -]?capacity)|)"
      R"(\b(?:network|connection|connect|internal|server|unknown|unexpected|api|upstream) )"
      R"((?:server )?(?:error|issue|problem|reset|refused|lost|failed|failure|timed[ -]out|time-?out)|)"
      R"(\btimed?[ -]?out\b|\bgateway\b|\brate[ -]?limit|\btoo many requests|)"
      R"(\b(?:http|status|error|code|statuscode)\b[\s":=#/.\d]{0,8}[45]\d\d\b|)"
      R"(\b[45]\d\d[\s:,-]{1,3}(?:error|bad|unauthori[sz]ed|forbidden|not found|request|internal|)"
      R"(service|too many|not implemented|site|server|origin|web)|错误(?:代?码)?[\s:]{0,2}[45]\d\d|)"
      R"(\b[45]\d\d\s?(?:错误|服务)|\bbad request\b|\bservice unavailable\b|)"
      R"(something went wrong|error (?:has )?occurred|\btry again (?:later|in|shortly|soon)|)"
      R"(unable to (?:connect|reach|load)|quota|)"
      R"((?:服务器?|系统|网[络路]|模型|当前|请求|访问)(?:\p{Han}){0,4}(?:繁忙|拥挤|拥堵|异常|错误|超时|)"
      R"(中断|不可用|失败|开小差|出错|故障|过多|过载|维护|不佳|断开)|)"
      R"(请?稍[后候](?:再|重)试|(?:连接|请求|响应|加载|生成|发送)(?:超时|失败|中断|出错)|)"
      R"(刷新(?:页面)?(?:重试|再试))");
  return pattern;
}

// Wordings that answers have as well ("系统出了问题"): a notice where the reader is asked for
// something or told sorry.
bool is_weak_trigger(std::string_view normal) {
  static const RE2 wording(R"(出(?:了点|现)?(?:了)?(?:问题|错误|错了|小差)|重新加载)");
  static const RE2 addressed(R"(请|抱歉|对不起|不好意思|哎呀|稍[后候等]|重试|再试|刷新)");
  return matches(wording, normal) && matches(addressed, normal);
}

// What any notice is made of (normalised: lower case, no underscores), whatever it is a notice of.
#define CANDOR_NOTICE_WORDS                                                                        \
  "a|an|the|this|that|it|is|are|was|were|be|been|has|have|had|not|no|do|does|did|can|could|"       \
  "cannot|can't|may|might|will|would|to|of|on|in|at|by|for|from|with|as|and|or|but|if|when|while|" \
  "because|due|until|again|i|i'm|we|we're|our|us|my|you|your|you're|sorry|apologies|apologi[sz]e|" \
  "oops|hmm|unfortunately|please|kindly|thanks?|thank|patience|inconvenience|try|retry|retrying|"  \
  "later|soon|shortly|moments?|minutes?|seconds?|few|while|now|currently|temporarily|"             \
  "error|errors|failed|failure|fail|fails|went|wrong|something|some|problems?|issues?|issue|"      \
  "occurred|encountered|happened|detected|message|messages|code|status|type|details?|null|true|"   \
  "false|none|id|http|https|api|request|requests|requested|response|responses|respond|answer|"     \
  "conversation|chat|content|contents|model|models|service|services|system|server|servers|"        \
  "processing|process|processed|generate|generating|generation|complete|completion|completed|"     \
  "continue|contact|support|team|help|center|admin|administrator|learn|more|about|see|read|visit|" \
  "documentation|docs|link|www|com|page|refresh|reload|openai|azure|anthropic|deepseek|google|"    \
  "gemini|claude|chatgpt|gpt|qwen|kimi|doubao|moonshot|alibaba|bailian|tencent|baidu|zhipu|grok|"  \
  "mistral|cloudflare|nginx|openresty|apache|microsoft|amazon|aws|go|fwlink|linkid|param|"

const RE2& outage_words() {
  static const RE2 pattern(
      R"(\b(?:)" CANDOR_NOTICE_WORDS
      R"(busy|overloaded|unavailable|available|down|capacity|over|high|heavy|load|demand|traffic|)"
      R"(volume|experiencing|receiving|many|too|much|very|limit|limits|limited|rate|ratelimit\w*|)"
      R"(exceeded|exceed|reached|reach|quota|plan|billing|account|balance|insufficient|check|)"
      R"(current|per|day|hour|tokens?|network|connection|connect|connecting|internet|online|)"
      R"(offline|lost|reset|refused|closed|interrupted|aborted|unreachable|timed|time|out|timeout|)"
      R"(gateway|bad|internal|upstream|origin|host|proxy|unknown|unexpected|invalid|forbidden|)"
      R"(unauthori[sz]ed|access|denied|permission|found|implemented|method|allowed|session|)"
      R"(expired|log|login|sign|unable|maintenance|under|scheduled|technical|difficulties|engine|)"
      R"(site|website|web|browser|bot|back|work|working|users?|exception|loading|resource|url|)"
      R"(\w*error|\d+)\b|)"
      R"(非常|十分|抱歉|对不起|不好意思|很遗憾|哎呀|亲|您好?|你好?|我们?|的|了|是|在|有|请|再|后|)"
      R"(稍[后候等]|重试|再试|试试?|尝试|服务器?|系统|网[络路]|模型|当前|目前|现在|暂时|暂|请求|访问|)"
      R"(连接|响应|加载|生成|发送|回答|回复|消息|内容|繁忙|忙碌?|拥挤|拥堵|异常|错误|出错|超时|)"
      R"(中断|断开|不可用|无法|不能|未能|失败|开小差|故障|过多|过大|过高|太多|过载|维护|升级|不佳|)"
      R"(问题|出现|出了?点?|发生|遇到|小差|刷新|重新|页面|网页|检查|设置|技术|原因|由于|因|导致|)"
      R"(用户|人数|人|流量|量|较多|较大|次数|频率|频繁|限制|上限|额度|余额|不足|超出|超过|达到|)"
      R"(已|到|正在|中|一下|一会儿?|片刻|几分钟|耐心|等待|谢谢|感谢|理解|联系|客服|管理员|未知|)"
      R"(内部|代码|状态|码|信息|会话|对话|登录|过期|使用|完成|处理|支持|提供|给您|带来|不便|深度|)"
      R"(思考|搜索|功能|和|或|并|与|也|就)");
  return pattern;
}

const RE2& block_words() {
  static const RE2 pattern(
      R"(\b(?:)" CANDOR_NOTICE_WORDS
      R"(exists?|existing|risk|risks|risky|security|warning|checks?|policy|policies|data|)"
      R"(datainspection\w*|inspection|filter|filters|filtered|filtering|content\w+|management|)"
      R"(input|inputs|output|outputs|text|prompt|prompts|question|contains?|containing|)"
      R"(inappropriate|harmful|prohibited\w*|sensitive|unsafe|violations?|violates?|violated|)"
      R"(violating|terms|use|usage|guidelines|responsible|ai|responsibleaipolicyviolation|)"
      R"(moderation|moderated|blocked|block|flagged|rejected|stopped|triggered|triggering|modify|)"
      R"(rephrase|revise|change|your|potentially|reason|safety|invalid|bad|finish_reason|)"
      R"(\w*error|\d+)\b|)"
      R"(抱歉|对不起|您|你|我们?|的|了|是|请|再|后|稍[后候]|重试|再试|尝试|输入|输出|文本|内容|)"
      R"(数据|问题|提问|消息|信息|回答|结果|可能|包含|含有|涉及|不当|不适当|敏感|违规|违法|词|词汇|)"
      R"(话题|安全|审核|检测|检查|未通过|不通过|未|通过|风险|存在|策略|政策|规范|规定|相关|法律法规|)"
      R"(重新|修改|调整|编辑|表述|无法|不能|生成|显示|展示|提供|处理|请求|失败|错误|被|已|拦截|)"
      R"(屏蔽|系统|平台|由于|因|根据|触发|机制|过滤|和|或|及|等|其他|换|个|一下|温馨提示|提示)");
  return pattern;
}

// Units of the text that are none of `words`.
int strangers(std::string_view normal, const RE2& words) {
  std::string left(normal);
  RE2::GlobalReplace(&left, words, " ");
  return count_units(left);
}

// {"error": …}, <html>…: nobody answers like that.
bool is_error_page(std::string_view normal) {
  static const RE2 page(
      R"(^\s*(?:<!doctype html|<html|<head|\{\s*['"](?:error|detail|message|code|status)\w*['"]\s*:))");
  return matches(page, normal);
}

}  // namespace

bool is_block_notice(std::string_view normal, int units) {
  if (units > kPageUnits || !matches(block_trigger(), normal)) return false;
  if (is_error_page(normal)) return true;
  return units <= kNoticeUnits && strangers(normal, block_words()) * kStrangersOfBlock <= units;
}

bool is_outage_notice(std::string_view normal, int units) {
  if (units > kPageUnits || !(matches(outage_trigger(), normal) || is_weak_trigger(normal))) {
    return false;
  }
  if (is_error_page(normal)) return true;
  return units <= kNoticeUnits && strangers(normal, outage_words()) * kStrangersOfOutage <= units;
}

bool is_block_notice(std::string_view text) {
  const std::string normal = normalise(text).text;
  return is_block_notice(normal, count_units(normal));
}

bool is_outage_notice(std::string_view text) {
  const std::string normal = normalise(text).text;
  return is_outage_notice(normal, count_units(normal));
}

bool ends_in_block_notice(std::string_view normal) {
  constexpr std::size_t kEnd = 240;
  std::string_view end = normal.substr(normal.size() > kEnd ? normal.size() - kEnd : 0);
  re2::StringPiece rest(end.data(), end.size());
  re2::StringPiece hit;
  if (!RE2::FindAndConsume(&rest, block_trigger(), &hit)) return false;
  // What follows the trigger; what stands before it in its sentence may be the answer cut off.
  end = end.substr(static_cast<std::size_t>(hit.data() - end.data()));
  return is_block_notice(end, count_units(end));
}

bool names_input(std::string_view normal) {
  static const RE2 pattern(
      R"(\binput|\bprompt|your (?:message|question|request)|content exists risk|输入|提问)");
  return matches(pattern, normal);
}

}  // namespace candor::scoring
