R"tpl({{%AUTOESCAPE context="HTML"}}<header>
<p class="brand">Candor report</p>
<h1>{{MODEL}}</h1>
<p class="lead">{{LEAD}}</p>
{{#WARNING}}<p class="warning"><strong>{{HEAD}}</strong> {{TEXT}}</p>
{{/WARNING}}<dl class="facts">{{#FACT}}
<div><dt>{{NAME}}</dt><dd>{{VALUE}}</dd></div>{{/FACT}}
</dl>
</header>
<nav aria-label="Parts of this report"><ul>{{#SCORES_LINK}}<li><a href="#scores">Scores</a></li><li><a href="#sure">How sure</a></li>{{/SCORES_LINK}}<li><a href="#outcomes">What became of every question</a></li>{{#AUDIT_LINK}}<li><a href="#audit">What it will not say</a></li><li><a href="#probes">The probes, side by side</a></li>{{/AUDIT_LINK}}<li><a href="#judges">The judges</a></li>{{#QUESTIONS_LINK}}<li><a href="#questions">Every question</a></li>{{/QUESTIONS_LINK}}<li><a href="#method">Method and how to repeat it</a></li></ul></nav>
<main>
<div class="cards">{{#CARD}}
<section class="card"><h3>{{NAME}}</h3><p class="what">{{WHAT}}</p>{{#LINE}}<p class="line"><span class="big">{{FIGURE}}</span><span><span class="c-{{COLOUR}}"><span class="key"></span></span>{{LABEL}}<span class="range">{{RANGE}}</span></span></p>{{/LINE}}{{#NOT_RUN}}<p class="not-run">Not run</p><p class="small">{{REASON}}</p>{{/NOT_RUN}}</section>{{/CARD}}
</div>
<p class="soft small">Each figure is followed by its 95% interval: over all questions of this kind the model's true rate may well lie anywhere inside it. Two figures whose intervals overlap widely should not be ranked.</p>
)tpl"
