#compdef covey
# zsh completion for covey
_covey() {
  local line
  local -a candidates
  for line in "${(@f)$(covey complete -- "${(@)words[2,CURRENT]}" </dev/null 2>/dev/null)}"; do
    case $line in
      :files) _files ;;
      :folders) _files -/ ;;
      ?*) candidates+=("${${line/$'\t'/:}%:}") ;;
    esac
  done
  (( ${#candidates} )) && _describe covey candidates
}
# As a file of fpath it is the function's body; by eval or source it has to be made known.
if [[ ${funcstack[1]} == _covey ]]; then
  _covey "$@"
else
  compdef _covey covey
fi
