R"tpl({{%AUTOESCAPE context="HTML"}}<h2 id="outcomes">What became of every question</h2>
<p>Nothing is dropped: each sample ends in exactly one of these columns, and every row adds up to the number asked.</p>
<div class="panel scroll"><table>
<thead><tr><th class="name">suite</th><th class="name">language</th>{{#COLUMN}}<th title="{{MEANING}}">{{NAME}}</th>{{/COLUMN}}<th class="sum">= asked</th><th class="name"></th></tr></thead>
<tbody>{{#TALLY}}
<tr{{#TOTAL}} class="total"{{/TOTAL}}><td class="name suite">{{SUITE}}</td><td class="name">{{LANGUAGE}}</td>{{#CELL}}<td{{#NOUGHT}} class="nought"{{/NOUGHT}}>{{COUNT}}</td>{{/CELL}}<td class="sum">{{ASKED}}</td><td class="picture"><svg class="stack" role="img" aria-label="{{SAID}}">{{#PART}}<rect class="o-{{OUTCOME}}" x="{{FROM}}%" width="{{WIDTH}}%" height="100%"/>{{/PART}}</svg></td></tr>{{/TALLY}}{{#LEFT_OUT}}
<tr><td class="name">{{SUITE}}</td><td class="name" colspan="{{SPAN}}"><strong>not run:</strong> {{REASON}}</td></tr>{{/LEFT_OUT}}
</tbody></table></div>
<ul class="legend">{{#OUTCOME}}<li><span class="badge o-{{NAME}}">{{SHOWN}}</span><span>{{MEANING}}</span></li>{{/OUTCOME}}</ul>
{{#UNKNOWN}}<h3>Without a readable answer</h3>
<p>These count as not right. The last columns say what that hides: the score if all of them were wrong and if all were right, and an interval that holds whichever it was.</p>
{{>TABLE}}
{{/UNKNOWN}}{{#LENGTHS}}<h3>How long the replies were</h3>
<p>Half of the replies are no longer than the median, nine in ten no longer than the ninth decile. Tokens are those generated, the chain of thought included; characters tell it from the answer.</p>
{{>TABLE}}
{{/LENGTHS}})tpl"
