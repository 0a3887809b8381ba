R"tpl({{%AUTOESCAPE context="HTML"}}<h2 id="scores">Scores</h2>
<p>The bar is the share of questions answered right, out of <em>all</em> that were asked: a refused, unreadable or cut-off answer is not right. The thin line is the 95% interval.</p>
<div class="panel">{{>CHART}}</div>
{{#LEVELS}}<h3>By difficulty</h3>
<p>Level 1 is the easiest. Fewer questions stand behind each of these bars, so the intervals are wider.</p>
<div class="panel">{{>LEVEL_CHART}}</div>
{{/LEVELS}}{{#TOPICS}}<h3>By topic</h3>
<details class="suite"><summary>{{COUNT}}</summary>
<p>Few questions stand behind most of these bars: read the intervals, and do not pick out the best or the worst of many.</p>
{{>TOPIC_CHART}}</details>
{{/TOPICS}}{{#REPEATED}}<h3>Several samples of each question</h3>
<p>What to expect of k samples, estimated without bias from all that there are. <strong>pass@k</strong>: at least one of k is right. <strong>maj@k</strong>: the most frequent answer of k is right (ties share; samples without an answer do not vote). <strong>G-Pass@k</strong>: at least half of k are right, or all of them; mG-Pass@k is its mean from one half to all. Behind each: one standard error, with the questions as clusters.</p>
{{>TABLE}}
{{/REPEATED}}{{#PAIRS}}<h3>The same questions in two languages</h3>
<p>Each question stands beside its translation. The bar shows the pairs: right in both, in one language alone, in neither.</p>
{{>TABLE}}
<ul class="legend">{{#KEY}}<li><span class="{{KIND}}"><span class="key"></span></span><span>{{TEXT}}</span></li>{{/KEY}}</ul>
<ul>{{#NOTE}}<li>{{TEXT}}</li>{{/NOTE}}</ul>
{{/PAIRS}}<h2 id="sure">How sure these scores are, and what they cannot show</h2>
{{>SURE}}
<p class="soft small">Standard error: with the questions as clusters, so asking one of them often makes it no smaller. Could show: the smallest difference that another run on the same questions would show four times in five (80% power, two-sided test at 5%), if the two runs were right independently of each other; runs that are alike, such as two versions of one model, show smaller ones.</p>
<ul>{{#LIMIT}}<li>{{TEXT}}</li>{{/LIMIT}}</ul>
)tpl"
