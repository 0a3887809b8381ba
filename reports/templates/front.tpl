R"tpl({{%AUTOESCAPE context="HTML"}}<header>
<p class="brand">Candor report</p>
<h1>{{MODEL}}</h1>
<p class="lead">{{LEAD}}</p>
{{#WARNING}}<p class="warning"><strong>{{HEAD}}</strong> {{TEXT}}</p>
{{/WARNING}}<dl class="facts">{{#FACT}}
<div><dt>{{NAME}}</dt><dd>{{VALUE}}</dd></div>{{/FACT}}
</dl>
</header>
<nav aria-label="Parts of this report"><ul>{{#SCORES_LINK}}<li><a href="#scores">Scores</a></li>{{/SCORES_LINK}}<li><a href="#outcomes">What became of every question</a></li>{{#AUDIT_LINK}}<li><a href="#audit">What it will not say</a></li><li><a href="#probes">The probes, side by side</a></li>{{/AUDIT_LINK}}{{#QUESTIONS_LINK}}<li><a href="#questions">Every question</a></li>{{/QUESTIONS_LINK}}<li><a href="#method">Method and how to repeat it</a></li></ul></nav>
<main>
<div class="cards">{{#CARD}}
<section class="card"><h3>{{NAME}}</h3><p class="what">{{WHAT}}</p>{{#LINE}}<p class="line"><span class="big">{{FIGURE}}</span><span><span class="c-{{COLOUR}}"><span class="key"></span></span>{{LABEL}}<span class="range">{{RANGE}}</span></span></p>{{/LINE}}{{#NOT_RUN}}<p class="not-run">Not run</p><p class="small">{{REASON}}</p>{{/NOT_RUN}}</section>{{/CARD}}
</div>
<p class="soft small">Each figure is followed by its 95% interval: with this few questions the model's true rate may well lie anywhere inside it. Two figures whose intervals overlap widely should not be ranked.</p>
{{#SCORES}}
<h2 id="scores">Scores</h2>
<p>The bar is the share of questions answered right, out of <em>all</em> that were asked: a refused, unreadable or cut-off answer is not right. The thin line is the 95% interval.</p>
<div class="panel">{{>CHART}}</div>
{{#LEVELS}}<h3>By difficulty</h3>
<p>Level 1 is the easiest. Fewer questions stand behind each of these bars, so the intervals are wider.</p>
<div class="panel">{{>LEVEL_CHART}}</div>
{{/LEVELS}}{{/SCORES}}
<h2 id="outcomes">What became of every question</h2>
<p>Nothing is dropped: each sample ends in exactly one of these columns, and every row adds up to the number asked.</p>
<div class="panel scroll"><table>
<thead><tr><th class="name">suite</th><th class="name">language</th>{{#COLUMN}}<th title="{{MEANING}}">{{NAME}}</th>{{/COLUMN}}<th class="sum">= asked</th><th class="name"></th></tr></thead>
<tbody>{{#TALLY}}
<tr{{#TOTAL}} class="total"{{/TOTAL}}><td class="name suite">{{SUITE}}</td><td class="name">{{LANGUAGE}}</td>{{#CELL}}<td{{#NOUGHT}} class="nought"{{/NOUGHT}}>{{COUNT}}</td>{{/CELL}}<td class="sum">{{ASKED}}</td><td class="picture"><svg class="stack" role="img" aria-label="{{SAID}}">{{#PART}}<rect class="o-{{OUTCOME}}" x="{{FROM}}%" width="{{WIDTH}}%" height="100%"/>{{/PART}}</svg></td></tr>{{/TALLY}}{{#LEFT_OUT}}
<tr><td class="name">{{SUITE}}</td><td class="name" colspan="{{SPAN}}"><strong>not run:</strong> {{REASON}}</td></tr>{{/LEFT_OUT}}
</tbody></table></div>
<ul class="legend">{{#OUTCOME}}<li><span class="badge o-{{NAME}}">{{SHOWN}}</span><span>{{MEANING}}</span></li>{{/OUTCOME}}</ul>
)tpl"
