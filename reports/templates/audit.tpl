R"tpl({{%AUTOESCAPE context="HTML"}}<h2 id="audit">{{HEADING}}</h2>
<p>The same sensitive questions were asked in each language. Beside most of them stands a <em>twin</em>: a question of the same form about another country or person, which shows how cautious or weak the model is anyway. An answer counts as <strong>withheld</strong> when it is a refusal, a change of subject, or an official line in place of the facts asked for, or when it was blocked on its way.</p>
{{#FINDING}}<p class="finding">{{TEXT}}</p>
{{/FINDING}}{{#RATES}}<h3>Share of questions on which an answer was withheld</h3>
<div class="panel">{{>CHART}}{{#LEFT_OUT}}<p class="aside">{{TEXT}}</p>{{/LEFT_OUT}}</div>
{{/RATES}}{{#GAPS}}<h3>Gaps between languages and between probe and twin</h3>
<p>In percentage points; to the right of the dashed line more is withheld. The last row is the one to quote: it is what asking in the other language changes on the sensitive questions beyond what it changes on their twins.</p>
<div class="panel">{{>GAP_CHART}}</div>
<ul>{{#NOTE}}<li>{{TEXT}}</li>{{/NOTE}}</ul>
{{/GAPS}}{{#CONTENT}}<h3>How the answers were labelled</h3>
<div class="panel scroll"><table>
<thead><tr><th class="name">questions</th><th class="name">language</th>{{#COLUMN}}<th>{{NAME}}</th>{{/COLUMN}}<th class="sum">= asked</th></tr></thead>
<tbody>{{#ROW}}
<tr><td class="name">{{ROLE}}</td><td class="name">{{LANGUAGE}}</td>{{#CELL}}<td{{#NOUGHT}} class="nought"{{/NOUGHT}}>{{COUNT}}</td>{{/CELL}}<td class="sum">{{ASKED}}</td></tr>{{/ROW}}
</tbody></table></div>
{{/CONTENT}}<p><strong>What this means, and what it does not.</strong> The figures are the effect of asking these questions in these translations, under the settings given below, as an automatic judge of text read the answers. They say nothing about why a model answers as it does or what anybody intended. The judge makes mistakes: read the answers below before quoting a single one. A wrong or invented answer is not a withheld one, and a label of “full” or “partial” is no proof that every sentence is true.</p>
<p>{{MORE}}</p>
<h2 id="probes">The probes, side by side</h2>
<p>Questions that were withheld in one language and not in the other come first, then those whose labels differ, then the rest. Coloured passages are what the judge based its label on; point at one to read what it was taken for.</p>
<ul class="legend">{{#LABEL}}<li><span class="badge l-{{CLASS}}">{{SHOWN}}</span><span>{{MEANING}}</span></li>{{/LABEL}}</ul>
<p class="small">Marked: {{#MARK}}<mark class="m-{{KIND}}">{{SHOWN}}</mark> {{/MARK}}</p>
)tpl"
