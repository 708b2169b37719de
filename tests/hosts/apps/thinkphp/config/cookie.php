<?php

return ['httponly' => true, 'samesite' => 'lax'];
