R"tpl({{%AUTOESCAPE context="HTML"}}</div>
<footer><p>{{TEXT}}</p></footer>
</article>
)tpl"
