R"tpl({{%AUTOESCAPE context="HTML"}}<header>
<p class="brand">Candor comparison</p>
<h1><span class="c-a"><span class="key"></span></span>{{MODEL_A}} <span class="soft">against</span> <span class="c-b"><span class="key"></span></span>{{MODEL_B}}</h1>
<p class="lead">{{LEAD}}</p>
{{#WARNING}}<p class="warning"><strong>{{HEAD}}</strong> {{TEXT}}</p>
{{/WARNING}}</header>
<main>
<p class="finding"><strong>{{VERDICT}}</strong></p>
{{#SCORES}}<h2>Scores on the same questions</h2>
<p>The bars are the shares answered right, of all that were asked in both runs, with their 95% intervals.</p>
<div class="panel">{{>CHART}}</div>
<div class="panel scroll"><table><thead><tr><th class="name">suite</th><th class="name">language</th><th>questions</th><th>A</th><th>B</th><th>B minus A</th><th>95% interval</th><th>lost</th><th>gained</th><th>p, McNemar</th><th>p, resampled</th>{{#SEQUENTIAL_HEAD}}<th>p, any time</th>{{/SEQUENTIAL_HEAD}}<th>p, Holm</th><th>could have found</th></tr></thead><tbody>{{#ROW}}
<tr><td class="name">{{SUITE}}</td><td class="name">{{LANGUAGE}}</td><td>{{QUESTIONS}}</td><td>{{RATE_A}}</td><td>{{RATE_B}}</td><td class="{{CLASS}}"><strong>{{DIFFERENCE}}</strong></td><td>{{RANGE}}</td><td>{{ONLY_A}}</td><td>{{ONLY_B}}</td><td>{{P}}</td><td>{{P_RESAMPLED}}</td>{{#SEQUENTIAL}}<td>{{P_ANY_TIME}}</td>{{/SEQUENTIAL}}<td>{{P_HOLM}}</td><td>{{DETECTABLE}}</td></tr>{{/ROW}}
</tbody></table></div>
<p class="soft small">McNemar: the exact test on the questions that only one of the two got right. Resampled: questions drawn anew 10,000 times, which also gives the interval. {{#SEQUENTIAL_HEAD}}Any time: a sequential test that may be looked at while answers come in. {{/SEQUENTIAL_HEAD}}Holm: the p that decides, adjusted for the number of rows. The last column is the smallest difference that so many questions would show four times in five.</p>
{{/SCORES}}{{#FLIPS}}<h2>{{HEAD}} ({{COUNT}})</h2>
{{#FLIP}}<details class="q flip"><summary><span class="soft small">{{ID}}</span> <span class="meta">{{CHANGE}}</span> <span class="excerpt" lang="{{LANG}}">{{EXCERPT}}</span></summary><div class="sides">{{>SAMPLE_A}}{{>SAMPLE_B}}</div></details>
{{/FLIP}}{{/FLIPS}}{{#AUDIT}}<h2>What was withheld</h2>
<p>The share of sensitive probes, and of their twins, on which an answer was withheld: refused, avoided, or replaced by an official line.</p>
<div class="panel">{{>CHART}}</div>
<div class="panel scroll"><table><thead><tr><th class="name">questions</th><th class="name">language</th><th>judged in both</th><th>A</th><th>B</th><th>B minus A</th><th>95% interval</th><th>only A withheld</th><th>only B withheld</th><th>p, McNemar</th><th>p, resampled</th>{{#SEQUENTIAL_HEAD}}<th>p, any time</th>{{/SEQUENTIAL_HEAD}}<th>p, Holm</th></tr></thead><tbody>{{#ROW}}
<tr><td class="name">{{SUITE}}</td><td class="name">{{LANGUAGE}}</td><td>{{QUESTIONS}}</td><td>{{RATE_A}}</td><td>{{RATE_B}}</td><td><strong>{{DIFFERENCE}}</strong></td><td>{{RANGE}}</td><td>{{ONLY_A}}</td><td>{{ONLY_B}}</td><td>{{P}}</td><td>{{P_RESAMPLED}}</td>{{#SEQUENTIAL}}<td>{{P_ANY_TIME}}</td>{{/SEQUENTIAL}}<td>{{P_HOLM}}</td></tr>{{/ROW}}
</tbody></table></div>
{{/AUDIT}}{{#CHANGES}}<h2>Probes and twins labelled differently ({{COUNT}})</h2>
{{#CHANGE}}<article class="probe i-{{INTEREST}}"><h3><span>{{TOPIC}}</span> <span class="note">{{NOTE}}</span></h3><div class="sides">{{>SAMPLE_A}}{{>SAMPLE_B}}</div></article>
{{/CHANGE}}{{/CHANGES}}{{#SAME}}<details class="suite"><summary>Labelled alike ({{COUNT}})</summary>
{{#CHANGE}}<article class="probe i-0"><h3><span>{{TOPIC}}</span> <span class="note">{{NOTE}}</span></h3><div class="sides">{{>SAMPLE_A}}{{>SAMPLE_B}}</div></article>
{{/CHANGE}}</details>
{{/SAME}}<h2>What differs between the two runs</h2>
<div class="panel scroll"><table class="wide"><thead><tr><th class="name">field</th><th class="name">A: {{RUN_A}}</th><th class="name">B: {{RUN_B}}</th></tr></thead><tbody>{{#DIFFERENCE}}
<tr><th class="name" scope="row">{{FIELD}}</th><td class="name code">{{A}}</td><td class="name code">{{B}}</td></tr>{{/DIFFERENCE}}
{{#ALIKE}}
<tr><td class="name" colspan="3">nothing that is kept of a run: model file, settings, seed and program are the same</td></tr>{{/ALIKE}}
</tbody></table></div>
<h2>How they were asked and judged</h2>
<div class="panel scroll"><table class="wide"><tbody>
<tr><th class="name" scope="row">protocol of A</th><td class="name">{{PROTOCOL_A}}</td></tr>
<tr><th class="name" scope="row">protocol of B</th><td class="name">{{PROTOCOL_B}}</td></tr>{{#JUDGE}}
<tr><th class="name" scope="row">judge of {{RUN}}: {{VERSION}}</th><td class="name">{{MEASURED}}</td></tr>{{/JUDGE}}
</tbody></table></div>
</main>
<footer><p>Made by Candor from runs {{RUN_A}} and {{RUN_B}}. The file needs no network and holds no scripts.</p></footer>
)tpl"
