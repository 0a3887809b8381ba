R"tpl({{%AUTOESCAPE context="HTML"}}<h2 id="method">Method and how to repeat it</h2>
<p><strong>Scores.</strong> A question is right or wrong by its own judge: maths by the value of the last answer given, choices and grids by the options named, code by running it against tests in a sandbox. The denominator is everything that was asked. Intervals are Wilson score intervals at 95%; where a question was asked several times, its mean counts once. Standard errors are clustered by question. pass@k, maj@k and G-Pass@k are exact expectations over all choices of k of the samples there are, and no simulations. A question counts as right in a table of pairs when more than half of its samples are.</p>
<p><strong>Languages.</strong> Pairs are compared with the exact McNemar test, adjusted for the number of rows by Holm's method; the interval of the difference comes from resampling whole pairs 10,000 times.</p>
<p><strong>Gaps.</strong> The language gap is the mean over probes of “withheld when asked in the other language” minus “withheld when asked in English”, paired by probe. The difference in differences subtracts the same gap on the twins. Intervals come from resampling whole probes 10,000 times; where all probes gave the same value, the interval allows for what so few of them could have missed. The exact McNemar test compares the probes withheld in one language only. The smallest gap that could have been found has 80% power in a two-sided test at 5%.</p>
<p><strong>Same bytes.</strong> With the same model file, settings and seed, the embedded engine gives the same answers whatever the batch or the number of threads, so a difference between two runs is a difference between two models.</p>
<h3>What was run</h3>
<div class="panel scroll"><table class="wide"><tbody>{{#FIELD}}
<tr><th class="name" scope="row">{{NAME}}</th><td class="name{{#CODE}} code{{/CODE}}">{{VALUE}}</td></tr>{{/FIELD}}
</tbody></table></div>
<h3>Suites</h3>
<div class="panel scroll"><table class="wide"><thead><tr><th class="name">suite</th><th class="name">version</th><th>questions</th><th class="name">SHA-256 of its questions</th></tr></thead><tbody>{{#SUITE}}
<tr><td class="name">{{NAME}}</td><td class="name">{{VERSION}}</td><td>{{COUNT}}</td><td class="name code">{{HASH}}{{#NOT_RUN}} not run: {{REASON}}{{/NOT_RUN}}</td></tr>{{/SUITE}}
</tbody></table></div>
{{#CONDITION}}<details><summary>How questions were asked: condition {{NAME}}</summary><div class="words code">{{CONTENT:p}}</div></details>
{{/CONDITION}}{{#TEMPLATE}}<details><summary>Chat template</summary><div class="words code">{{CONTENT:p}}</div></details>
{{/TEMPLATE}}</main>
<footer><p>Made by Candor {{VERSION}} from run {{RUN}}. The file needs no network and holds no scripts; the same store always gives the same bytes.</p></footer>
)tpl"
