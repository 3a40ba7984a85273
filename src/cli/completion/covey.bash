# bash completion for covey
_covey() {
  local words cur line typed
  COMPREPLY=()
  # Not COMP_WORDS: bash cuts words at ":" and "=".
  read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
  [[ ${COMP_LINE:0:COMP_POINT} == *[[:space:]] ]] && words+=('')
  cur=${words[-1]}
  # bash replaces only what stands behind the last of them.
  typed=${cur##*[:=]}
  while IFS= read -r line; do
    case $line in
      :files) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
      :folders) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
      *) line=${line%%$'\t'*}; COMPREPLY+=("${line#"${cur%"$typed"}"}") ;;
    esac
  done < <(covey complete -- "${words[@]:1}" </dev/null 2>/dev/null)
}
complete -F _covey covey
